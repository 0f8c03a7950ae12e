import Glibc
package import Logging
import Synchronization

/// A private PostgreSQL server, run as a child process on a Unix socket.
///
/// The first start creates the database cluster; later starts take about as long as PostgreSQL itself does. The server
/// listens on no TCP port; its socket lies in a directory that only its user may enter, which is why it trusts every
/// connection. It stops when this process stops, even by `kill -9`, and a start after that recovers.
package final class PostgresServer: Sendable {
  /// How far the server goes to keep what it acknowledged.
  package enum Durability: Sendable {
    /// Survives a power cut: `fsync` and synchronous commit are on.
    case full
    /// For tests: no `fsync`. Survives the death of the server, but a crash of the operating system may lose everything.
    case test
  }

  /// How a server is run.
  package struct Configuration: Sendable {
    /// The folder for the cluster, the log and, when its path is short enough, the socket. Relative paths are taken
    /// from the current directory. See `Directories.reachable` for where it goes when we are root.
    package var directory: String
    /// What survives a crash of the machine.
    package var durability: Durability
    /// The most connections the server accepts.
    package var maxConnections: Int
    /// How long a start may take, recovery included.
    package var startTimeout: Duration
    /// How long each stage of a stop (fast, immediate) may take.
    package var stopTimeout: Duration
    /// The folder of the programs `initdb` and `postgres`; `nil` searches `CABSTAND_POSTGRES_BIN`,
    /// `/usr/lib/postgresql/*/bin` (newest first) and `PATH`.
    package var programs: String?
    /// Further server settings; they win over the ones chosen here.
    package var settings: [String: String]

    /// Creates a configuration.
    package init(
      directory: String, durability: Durability = .full, maxConnections: Int = 60,
      startTimeout: Duration = .seconds(60), stopTimeout: Duration = .seconds(10), programs: String? = nil,
      settings: [String: String] = [:]
    ) {
      self.directory = directory
      self.durability = durability
      self.maxConnections = maxConnections
      self.startTimeout = startTimeout
      self.stopTimeout = stopTimeout
      self.programs = programs
      self.settings = settings
    }
  }

  /// The name of the superuser and of the database that belongs to us.
  package static let name = "cabstand"
  static let port = 5432

  private struct Running {
    var child: ChildProcess
    var lock: FileLock
  }

  /// How the server is run.
  package let configuration: Configuration
  /// The folder in use: the configured one, or its stand-in (see `Directories.reachable`).
  package let directory: String
  /// The folder of the Unix socket.
  package let socketDirectory: String
  let account: UserAccount?
  let logger: Logger
  private let running = Mutex<Running?>(nil)

  /// Creates a server that is not started yet.
  /// - Throws: `EmbeddedStoreError` when we are root and there is no unprivileged user to run as.
  package init(configuration: Configuration, logger: Logger) throws(EmbeddedStoreError) {
    let wanted = Directories.absolute(configuration.directory)
    self.configuration = configuration
    self.account = try UserAccount.unprivileged(["postgres", "nobody"])
    self.directory = Directories.reachable(wanted, by: account)
    self.socketDirectory = Directories.forSocket("\(directory)/socket", longestName: ".s.PGSQL.\(Self.port).lock")
    var logger = logger
    logger[metadataKey: "directory"] = "\(directory)"
    self.logger = logger
    if directory != wanted {
      logger.notice(
        "the server's user cannot reach the wanted directory; its data is kept elsewhere",
        metadata: ["wanted": "\(wanted)", "user": "\(account?.name ?? "")"])
    }
  }

  /// The cluster's own directory.
  package var dataDirectory: String { "\(directory)/data" }

  /// The server's log.
  package var logPath: String { "\(directory)/postgres.log" }

  /// What a client passes to libpq to connect to the database.
  package var connectionString: String {
    "host='\(socketDirectory.replacingQuotes())' port=\(Self.port) user=\(Self.name) dbname=\(Self.name)"
  }

  /// The id of the server's main process while it runs.
  package var processID: Int32? {
    running.withLock { running in running.flatMap { $0.child.exitStatus == nil ? $0.child.processID : nil } }
  }

  /// Starts the server and waits until it accepts connections. Does nothing when it runs.
  ///
  /// A server left over by a killed process is stopped first.
  /// - Throws: `EmbeddedStoreError`; the end of the server's log is part of the message when it did not come up.
  package func start() async throws(EmbeddedStoreError) {
    if processID != nil { return }
    running.withLock { $0 = nil }
    let clock = ContinuousClock()
    let begin = clock.now
    let programs = try PostgresPrograms.find(configuration.programs)
    try Directories.create(directory, owner: account)
    let lock = try FileLock.acquire("\(directory)/lock")
    try Directories.createForSocket(socketDirectory, owner: account)
    try await stopLeftover()
    if access("\(dataDirectory)/PG_VERSION", F_OK) != 0 { try await createCluster(programs) }
    try checkVersion(programs)
    rotateLog()
    let child = try await launch(programs)
    do throws(EmbeddedStoreError) {
      try await createDatabase(programs)
    } catch {
      await child.stop(stopLadder)
      throw error
    }
    running.withLock { $0 = Running(child: child, lock: lock) }
    logger.info(
      "PostgreSQL is ready",
      metadata: ["pid": "\(child.processID)", "took": "\(clock.now - begin)", "version": "\(programs.version)"])
  }

  /// Stops the server: fast shutdown first (clients are disconnected, everything is written), then immediate, then
  /// `SIGKILL`. Does nothing when it does not run.
  package func stop() async {
    // Taken out first, so that a second caller does not stop it twice; the lock is released at the end.
    guard let running = running.withLock({ running in running.take() }) else { return }
    await running.child.stop(stopLadder)
    withExtendedLifetime(running.lock) {}
    logger.info("PostgreSQL has stopped")
  }

  /// Waits until the server ends, whoever ended it, or the calling task is cancelled.
  /// - Returns: how it ended; `nil` when it does not run or the task was cancelled.
  package func waitForExit() async -> ChildProcess.ExitStatus? {
    await running.withLock { $0?.child }?.waitForExit()
  }

  private var stopLadder: [ChildProcess.StopStep] {
    [.init(SIGINT, patience: configuration.stopTimeout), .init(SIGQUIT, patience: configuration.stopTimeout)]
  }

  /// Keeps one old log, so that it cannot fill the disk.
  private func rotateLog() {
    var info = stat()
    if stat(logPath, &info) == 0, info.st_size > 8 << 20 { rename(logPath, "\(logPath).1") }
  }
}

extension String {
  /// Escaped for a single-quoted libpq connection string value.
  func replacingQuotes() -> String {
    var result = ""
    for character in self {
      if character == "'" || character == "\\" { result.append("\\") }
      result.append(character)
    }
    return result
  }
}
