import ArgumentParser
import Replay

/// `cabstand status`: how a running server is doing.
struct Status: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show how a running server is doing.",
    discussion: "Exits with 1 where the server is not ready, with 2 where it does not answer.")

  @Option(help: "The server. Default: the one that runs on the data directory, or http://127.0.0.1:8070.")
  var url: String?
  @Option(name: .customLong("data-dir"), help: "Data directory of the server (CABSTAND_DATA_DIR). Default: .cabstand")
  var dataDirectory: String?
  @Flag(help: "Print one JSON object.") var json = false

  func run() async throws {
    let directory = dataDirectory ?? Environment.text("CABSTAND_DATA_DIR") ?? ".cabstand"
    let text = url ?? ServerFile.read(directory)?.address ?? "http://127.0.0.1:8070"
    guard let address = ServerAddress(text) else {
      throw ValidationError("--url must be http://host:port or unix:/path, found \(text).")
    }
    let client = HTTPClient(configuration: .init(address: address))
    let report: StatusReport
    do {
      report = try await StatusReport.read(client, address: text)
    } catch {
      await client.shutdown()
      Terminal.error("no answer from \(text): \(error.code)")
      throw ExitCode(2)
    }
    await client.shutdown()
    print(json ? report.json : report.text)
    if !report.isReady { throw ExitCode(1) }
  }
}
