import Foundation

/// A Redis of a test's own, on a Unix socket in a folder of its own.
struct PrivateRedis {
  /// The program; says once where it is not there.
  static let program: String? = {
    let found = ["/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"].map { "\($0)/redis-server" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
    if found == nil { print("skipped: state in Redis, because redis-server is not installed") }
    return found
  }()

  private let process = Process()
  private let folder: URL

  /// Where it is.
  var url: String { "unix://\(folder.path)/socket" }

  /// Starts it and waits for its socket.
  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "netflow-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    process.executableURL = URL(filePath: Self.program ?? "redis-server")
    process.arguments = [
      "--port", "0", "--unixsocket", "\(folder.path)/socket", "--dir", folder.path, "--save", "", "--logfile",
      "\(folder.path)/log",
    ]
    try process.run()
    for _ in 0..<1_000 where !FileManager.default.fileExists(atPath: "\(folder.path)/socket") {
      Thread.sleep(forTimeInterval: 0.01)
    }
  }

  /// Stops it and takes its folder away.
  func stop() {
    // It has nothing to keep, and may have inherited a mask that blocks gentler signals.
    kill(process.processIdentifier, SIGKILL)
    try? FileManager.default.removeItem(at: folder)
  }
}
