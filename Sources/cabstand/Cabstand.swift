@main
struct Cabstand {
  static func main() {}
}
