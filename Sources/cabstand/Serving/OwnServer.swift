import EmbeddedStores
import Glibc
import Replay

/// A `cabstand serve` that this command started for itself.
final class OwnServer: Sendable {
  /// Where it listens.
  let address: ServerAddress
  /// Where its state is, for people.
  let stateDescription: String
  private let process: ChildProcess
  private let dataDirectory: String
  private let isTemporary: Bool

  private init(
    address: ServerAddress, stateDescription: String, process: ChildProcess, dataDirectory: String, isTemporary: Bool
  ) {
    self.address = address
    self.stateDescription = stateDescription
    self.process = process
    self.dataDirectory = dataDirectory
    self.isTemporary = isTemporary
  }

  /// Starts a server and waits until it listens.
  static func start(port: Int, state: ServeOptions.StateKind, dataDirectory: String?) async throws -> OwnServer {
    let directory = try dataDirectory ?? temporaryDirectory()
    if access(directory, F_OK) != 0 { try Directories.create(directory, mode: 0o755) }
    let log = "\(directory)/serve.log"
    let process = try ChildProcess.start(
      ChildProcess.Configuration(
        executable: ProcessInformation.executable,
        arguments: [
          "serve", "--port", "\(port)", "--state", state.rawValue, "--clock", "adjustable", "--data-dir", directory,
        ],
        environment: ProcessInformation.environment, outputPath: log))
    for _ in 0..<12_000 {
      if let status = process.exitStatus {
        throw OwnServerError(description: "the server ended at once (\(status)): \(tail(of: log))")
      }
      if let file = ServerFile.read(directory), file.processID == process.processID,
        let address = ServerAddress(file.address)
      {
        return OwnServer(
          address: address, stateDescription: state == .memory ? "memory" : directory, process: process,
          dataDirectory: directory, isTemporary: dataDirectory == nil)
      }
      try await Task.sleep(for: .milliseconds(5))
    }
    await process.stop()
    throw OwnServerError(description: "the server does not listen after a minute: \(tail(of: log))")
  }

  /// Waits until the server ends by itself.
  func waitForExit() async { _ = await process.waitForExit() }

  /// Stops the server, and removes its data where that was temporary.
  func stop() async {
    await process.stop([.init(SIGTERM, patience: .seconds(40))])
    if isTemporary { Directories.remove(dataDirectory) }
  }

  private static func temporaryDirectory() throws -> String {
    let base = Environment.text("TMPDIR") ?? "/tmp"
    var template = Array("\(base)/cabstand-replay-XXXXXX".utf8CString)
    guard let path = mkdtemp(&template) else { throw OwnServerError(description: "no temporary folder below \(base)") }
    let directory = String(cString: path)
    // PostgreSQL runs as another user when we are root, and must get through.
    chmod(directory, 0o755)
    return directory
  }

  private static func tail(of path: String) -> String {
    let lines = (TextFile.text(at: path) ?? "").split(separator: "\n").suffix(5)
    return lines.joined(separator: "\n")
  }
}

/// Why a server of our own did not come up.
struct OwnServerError: Error, CustomStringConvertible {
  var description: String
}
