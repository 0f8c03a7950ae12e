import Glibc

/// Posts pings of made-up drivers to a server on this machine and prints one JSON object: how many a second and how long answers took.
@main
enum LoadGenerator {
  static func main() {
    guard let options = Options(Array(CommandLine.arguments.dropFirst())) else {
      complain(Options.usage)
      exit(2)
    }
    var generator = Generator(options)
    guard let result = generator.run() else { exit(1) }
    generator.settle()
    let pings = result.requests * (options.form == .get ? 1 : options.batch)
    let latencies = result.latencies
    print(
      """
      {"form": "\(options.form.rawValue)", "batch": \(options.batch), "connections": \(options.connections), \
      "drivers": \(options.drivers), "regions": \(options.regions), "rate": \(options.rate), "requests": \(result.requests), \
      "perSecond": \(short(Double(pings) / max(result.seconds, 1e-9))), "errors": \(result.errors), "notNew": \(result.notNew), \
      "latencyMilliseconds": {"p50": \(short(latencies.milliseconds(at: 0.5))), "p99": \(short(latencies.milliseconds(at: 0.99))), \
      "p999": \(short(latencies.milliseconds(at: 0.999))), "max": \(short(Double(latencies.max) / 1e6))}}
      """)
    if result.errors > 0 || result.requests == 0 { exit(1) }
  }

  /// A number with three decimals.
  private static func short(_ number: Double) -> Double { (number * 1_000).rounded() / 1_000 }
}
