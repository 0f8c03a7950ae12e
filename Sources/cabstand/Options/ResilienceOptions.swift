import ArgumentParser
import TriggerRuntime

/// Timeouts, retries, circuit breakers and limits from a file.
struct ResilienceOptions: ParsableArguments, Sendable {
  @Option(
    name: .customLong("resilience"),
    help: "File of named timeouts, retries and circuit breakers and what they hold for (CABSTAND_RESILIENCE).")
  var path: String?

  /// What the file says; nothing where there is none.
  func configuration() throws -> ResilienceConfiguration {
    guard let path = path ?? Environment.text("CABSTAND_RESILIENCE") else { return ResilienceConfiguration() }
    guard let text = TextFile.text(at: path) else { throw ValidationError("\(path) cannot be read.") }
    return try ResilienceReader.read(text, file: path)
  }
}
