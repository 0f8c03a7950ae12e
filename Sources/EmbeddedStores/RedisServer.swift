import Glibc
package import Logging
import Synchronization

/// A private Redis server, run as a child process on a Unix socket.
///
/// Its socket lies in a directory that only its user may enter, so it asks for no password, and it listens on no TCP
/// port unless told to. It stops when this process stops, even by `kill -9`, and a start after that finds the data as
/// the append-only file has it.
package final class RedisServer: Sendable {
  /// What survives.
  package enum Durability: Sendable {
    /// The append-only file, written to disk every second. A stop loses nothing; a power cut or `kill -9` may lose the
    /// last second or two, because Redis holds back its writing while the disk is slow.
    case appendOnlyFile
    /// Nothing is written: for tests.
    case none
  }

  /// How a server is run.
  package struct Configuration: Sendable {
    /// The folder for data, log and, when its path is short enough, the socket. Relative paths are taken from the
    /// current directory.
    package var directory: String
    /// What survives the end of the server.
    package var durability: Durability
    /// A TCP port on 127.0.0.1 to listen on too; 0 for none.
    package var port: Int
    /// How long a start may take, reading the data included.
    package var startTimeout: Duration
    /// How long a stop may take before the server is killed.
    package var stopTimeout: Duration
    /// The program; `nil` searches `CABSTAND_REDIS_SERVER`, `PATH` and the usual places.
    package var program: String?
    /// Further server settings; they win over the ones chosen here.
    package var settings: [String: String]

    /// Creates a configuration.
    package init(
      directory: String, durability: Durability = .appendOnlyFile, port: Int = 0,
      startTimeout: Duration = .seconds(60), stopTimeout: Duration = .seconds(10), program: String? = nil,
      settings: [String: String] = [:]
    ) {
      self.directory = directory
      self.durability = durability
      self.port = port
      self.startTimeout = startTimeout
      self.stopTimeout = stopTimeout
      self.program = program
      self.settings = settings
    }
  }

  private struct Running {
    var child: ChildProcess
    var lock: FileLock
  }

  private static let socketName = "redis.sock"

  /// How the server is run.
  package let configuration: Configuration
  /// The folder of the data, the log and the lock, as an absolute path.
  package let directory: String
  /// The path of the Unix socket.
  package let socketPath: String
  let logger: Logger
  private let running = Mutex<Running?>(nil)

  /// Creates a server that is not started yet.
  package init(configuration: Configuration, logger: Logger) {
    self.configuration = configuration
    directory = Directories.absolute(configuration.directory)
    socketPath = "\(Directories.forSocket("\(directory)/socket", longestName: Self.socketName))/\(Self.socketName)"
    var logger = logger
    logger[metadataKey: "directory"] = "\(directory)"
    self.logger = logger
  }

  /// Where clients connect to: the Unix socket.
  package var url: String {
    let plain = socketPath.utf8.map { byte in
      let isPlain =
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "/-._~".utf8.contains(byte)
        }
      let digits = String(byte, radix: 16, uppercase: true)
      return isPlain ? String(decoding: [byte], as: UTF8.self) : "%" + (digits.count < 2 ? "0" : "") + digits
    }
    return "unix://" + plain.joined()
  }

  /// The server's own directory.
  package var dataDirectory: String { "\(directory)/data" }

  /// The server's log.
  package var logPath: String { "\(directory)/redis.log" }

  var socketDirectory: String { String(socketPath.dropLast(Self.socketName.utf8.count + 1)) }

  /// The id of the server's process while it runs.
  package var processID: Int32? {
    running.withLock { running in running.flatMap { $0.child.exitStatus == nil ? $0.child.processID : nil } }
  }

  /// Starts the server and waits until it answers and has read its data. Does nothing when it runs.
  ///
  /// A server left over by a killed process is stopped first.
  /// - Throws: `EmbeddedStoreError`; the end of the server's log is part of the message when it did not come up.
  package func start() async throws(EmbeddedStoreError) {
    if processID != nil { return }
    running.withLock { $0 = nil }
    let begin = ContinuousClock.now
    let program = try findProgram()
    try Directories.create(directory)
    try Directories.create(dataDirectory)
    let lock = try FileLock.acquire("\(directory)/lock")
    try Directories.createForSocket(socketDirectory, owner: nil)
    try await stopLeftover()
    let child = try await launch(program)
    running.withLock { $0 = Running(child: child, lock: lock) }
    logger.info(
      "Redis is ready", metadata: ["pid": "\(child.processID)", "took": "\(ContinuousClock.now - begin)"])
  }

  /// Stops the server after it has written everything. Does nothing when it does not run.
  package func stop() async {
    // Taken out first, so that a second caller does not stop it twice; the lock is released at the end.
    guard let running = running.withLock({ running in running.take() }) else { return }
    await running.child.stop([.init(SIGTERM, patience: configuration.stopTimeout)])
    withExtendedLifetime(running.lock) {}
    logger.info("Redis has stopped")
  }

  /// Waits until the server ends, whoever ended it, or the calling task is cancelled.
  /// - Returns: how it ended; `nil` when it does not run or the task was cancelled.
  package func waitForExit() async -> ChildProcess.ExitStatus? {
    await running.withLock { $0?.child }?.waitForExit()
  }

  private func findProgram() throws(EmbeddedStoreError) -> String {
    if let named = configuration.program ?? getenv("CABSTAND_REDIS_SERVER").map({ String(cString: $0) }) {
      guard access(named, X_OK) == 0 else { throw .init(.notInstalled, "\(named) is not a program") }
      return named
    }
    guard let found = findExecutable("redis-server") ?? findExecutable("valkey-server") else {
      throw .init(.notInstalled, "redis-server is not installed (on Debian: apt install redis-server)")
    }
    return found
  }
}
