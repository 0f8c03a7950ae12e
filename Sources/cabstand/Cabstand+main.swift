import ArgumentParser
import Glibc

extension Cabstand {
  /// Runs the command.
  ///
  /// `invoke` goes before the parser of all other commands: it is used in shell loops, where every millisecond of a start counts.
  static func main() async {
    let arguments = CommandLine.arguments.dropFirst()
    guard arguments.first == "invoke" else { return await main(nil) }
    guard let command = InvocationCommand(plain: arguments.dropFirst()),
      let logger = try? LogOptions.plainLogger("invoke")
    else { return await Invoke.main(Array(arguments.dropFirst())) }
    do {
      try await command.run(logger)
    } catch {
      Invoke.exit(withError: error)
    }
    // Nothing is open that would have to be closed, and static destructors take longer than the invocation.
    fflush(nil)
    _exit(0)
  }
}
