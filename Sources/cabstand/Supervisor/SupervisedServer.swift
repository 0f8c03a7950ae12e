import EmbeddedStores
import Glibc
import Logging
import PostgresClient
import ServiceLifecycle
import TriggerRuntime
import UnixSignals

/// `serve` with worker processes: the stores, the socket and the workers, in the order of their start.
struct SupervisedServer {
  let options: ServeOptions
  let stores: StoreOptions
  let count: Int
  let maxCrashes: Int
  let spares: Int
  let logger: Logger

  /// Serves until a signal ends it.
  func run() async throws {
    let program = ProcessInformation.executable
    // First, so that a port that is taken costs nothing.
    let socket = try await ListeningSocket.open(host: options.resolvedHost, port: options.resolvedPort, backlog: 4_096)
    let directory = "\(stores.dataDirectory)/workers"
    try makeDirectory(directory)
    let embedded = try EmbeddedStoreSet(stores, logger: logger)
    let urls = try await embedded.start()
    do {
      var environment = ProcessInformation.environment
      environment["CABSTAND_REDIS_URL"] = urls.redis
      environment["CABSTAND_POSTGRES_URL"] = urls.postgres
      let launch = WorkerLaunch(
        program: program, arguments: Array(CommandLine.arguments.dropFirst()), environment: environment,
        directory: Directories.absolute(directory), listener: socket.descriptor, count: count, maxCrashes: maxCrashes,
        spares: spares)
      try await supervise(launch, urls, port: socket.port)
    } catch {
      await stop(embedded, directory)
      throw error
    }
    await stop(embedded, directory)
    logger.info("stopped")
  }

  private func makeDirectory(_ path: String) throws {
    if access(stores.dataDirectory, F_OK) != 0 { try Directories.create(stores.dataDirectory, mode: 0o755) }
    // What a supervisor that was killed has left.
    Directories.remove(path)
    try Directories.create(path, mode: 0o700)
  }

  private func stop(_ embedded: EmbeddedStoreSet, _ directory: String) async {
    await embedded.stop()
    ServerFile.remove(from: stores.dataDirectory)
    Directories.remove(directory)
  }

  private func supervise(_ launch: WorkerLaunch, _ urls: EmbeddedStoreSet.URLs, port: Int) async throws {
    let host = options.resolvedHost.contains(":") ? "[\(options.resolvedHost)]" : options.resolvedHost
    let address = "http://\(host):\(port)"
    let dataDirectory = stores.dataDirectory
    let supervisor = try Supervisor(launch, logger: logger) { [logger] generation in
      var file = ServerFile(
        processID: ProcessInformation.id, address: address, redisURL: urls.redis, postgresURL: urls.postgres)
      file.generation = generation
      file.write(to: dataDirectory)
      StartupCode.releaseSoon()
      logger.info("serving", metadata: ["address": "\(address)", "workers": "\(launch.count)"])
    }
    let inbox = supervisor.inbox
    // Meanwhile the workers load the program and read their functions.
    let schema = Task { [logger] in
      do {
        try await Self.migrate(urls.postgres, logger)
        inbox.yield(.storesAreReady)
      } catch {
        inbox.yield(.storesFailed(error))
      }
    }
    defer { schema.cancel() }
    let migrate = migration(launch)
    let logger = logger
    let signals = Task {
      for await signal in await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup, .sigusr1) {
        switch signal {
        case .sighup:
          // The new program may bring changes of the schema, which the old one must be able to live with.
          if await migrate() {
            inbox.yield(.restart)
          } else {
            logger.error("the new program cannot bring the schema up to date; the old workers go on")
          }
        case .sigusr1: inbox.yield(.reopenLogs)
        default: inbox.yield(.stop)
        }
      }
    }
    defer { signals.cancel() }
    try await supervisor.run()
  }

  private static func migrate(_ url: String, _ logger: Logger) async throws {
    let pool = try PostgresPool(configuration: PostgresConfiguration(connectionString: url), logger: logger)
    do {
      try await MigrationRun.apply(pool, logger: logger)
    } catch {
      await pool.shutdown()
      throw error
    }
    await pool.shutdown()
  }

  /// Runs the migrations of the program on disk, which may be a newer one.
  private func migration(_ launch: WorkerLaunch) -> @Sendable () async -> Bool {
    {
      var environment = launch.environment
      environment["CABSTAND_WORKER"] = nil
      let configuration = ChildProcess.Configuration(
        executable: launch.program, arguments: ["migrate", "--log-level", "warning"], environment: environment,
        outputPath: "\(launch.directory)/migrate.log")
      guard let child = try? ChildProcess.start(configuration) else { return false }
      return await child.waitForExit(within: .seconds(300)) == .code(0)
    }
  }
}
