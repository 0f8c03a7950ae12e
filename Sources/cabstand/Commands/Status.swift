import ArgumentParser

/// `cabstand status`: how a running server is doing.
struct Status: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show how a running server is doing.",
    discussion: "Exits with 1 where the server is not ready, with 2 where it does not answer.")

  @OptionGroup var server: ServerFlags
  @Flag(help: "Print one JSON object.") var json = false

  func run() async throws {
    let report = try await server.withServer { try await StatusReport.read($0) }
    print(json ? report.json : report.text)
    if !report.isReady { throw ExitCode(1) }
  }
}
