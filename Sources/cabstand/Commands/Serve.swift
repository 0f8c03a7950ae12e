import ArgumentParser
import DispatchCore
import Logging
import ServiceLifecycle
import TriggerRuntime
import UnixSignals

/// `cabstand serve`: the server.
struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Serve driver and rider apps over HTTP.",
    discussion: """
      Starts a private Redis and PostgreSQL below the data directory unless URLs name others, brings the schema up to date, and
      serves until it is told to stop (SIGINT, SIGTERM); then it finishes what was begun and stops everything in order.
      Worker processes do the work: one that crashes is replaced at once. SIGHUP (or cabstand restart) replaces all of them, one by
      one and without losing a request, by the program that is on disk by then; SIGUSR1 opens log files anew.
      Callers are not authenticated: it listens on loopback unless told otherwise.
      """)

  @OptionGroup var options: ServeOptions
  @OptionGroup var stores: StoreOptions
  @OptionGroup var regions: RegionOptions
  @OptionGroup var routing: RoutingOptions
  @OptionGroup var logs: LogOptions
  @OptionGroup var events: EventOptions
  @OptionGroup var traces: TraceOptions
  @OptionGroup var workers: WorkerOptions
  @OptionGroup var resilience: ResilienceOptions

  func validate() throws {
    _ = try workers.count(options)
  }

  /// What the resilience file says, checked as far as it can be.
  func resilienceConfiguration() throws -> ResilienceConfiguration {
    let configuration = try resilience.configuration()
    try configuration.check(bindingClasses: StoreGates.classes)
    return configuration
  }

  func run() async throws {
    let functionLogs = try logs.functionLogs()
    let logger = functionLogs.logger("cabstand")
    let map = try regions.map
    let engine = try routing.engine
    if let link = try WorkerLink.fromEnvironment() {
      try await WorkerServer(link: link, command: self, map: map, engine: engine, logs: functionLogs, logger: logger)
        .run()
      return
    }
    if options.state == .memory {
      logger.notice("state is in memory: nothing is kept when this process ends")
    }
    if !["127.0.0.1", "::1", "localhost"].contains(options.resolvedHost) {
      logger.notice(
        "listening beyond loopback: callers are not authenticated", metadata: ["host": "\(options.resolvedHost)"])
    }
    if let engine { logger.info("travel times come from a routing engine", metadata: ["engine": "\(engine)"]) }
    let resilience = try resilienceConfiguration()
    let count = try workers.count(options)
    guard count == 0 else {
      try await SupervisedServer(
        options: options, stores: stores, count: count, maxCrashes: workers.maxCrashes, spares: workers.spares,
        logger: logger
      ).run()
      await functionLogs.flush()
      return
    }
    let metrics = PrometheusMetrics()
    async let functions = ServerAssembly.specifications(options.functions)
    let set =
      options.state == .memory
      ? StoreSet.memory()
      : try await StoreSet.real(
        stores, migrates: true, gates: StoreGates(configuration: resilience, metrics: metrics), logger: logger)
    do {
      let assembly = try await ServerAssembly(
        options: options, functions: try await functions, http: events.configure(options.http), engine: engine,
        stores: set,
        configuration: DispatchConfiguration(regions: map), logs: functionLogs, traces: traces,
        resilience: resilience, metrics: metrics, logger: logger)
      try await serve(assembly, set, logger)
    } catch {
      await set.stop()
      ServerFile.remove(from: stores.dataDirectory)
      await functionLogs.flush()
      throw error
    }
    await set.stop()
    ServerFile.remove(from: stores.dataDirectory)
    logger.info("stopped")
    await functionLogs.flush()
  }

  private func serve(_ assembly: ServerAssembly, _ set: StoreSet, _ logger: Logger) async throws {
    var configuration = ServiceGroupConfiguration(
      services: assembly.named, gracefulShutdownSignals: [.sigterm, .sigint],
      logger: logger)
    configuration.maximumGracefulShutdownDuration = .seconds(30)
    let group = ServiceGroup(configuration: configuration)
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { try await group.run() }
      tasks.addTask { await announce(assembly, set, logger) }
      try await tasks.next()
      try await tasks.next()
    }
  }

  /// Says where the server listens, once it does.
  private func announce(_ assembly: ServerAssembly, _ set: StoreSet, _ logger: Logger) async {
    while !Task.isCancelled {
      if let port = assembly.server.boundPort {
        let host = options.resolvedHost.contains(":") ? "[\(options.resolvedHost)]" : options.resolvedHost
        let address = "http://\(host):\(port)"
        ServerFile(
          processID: ProcessInformation.id, address: address, redisURL: set.redisURL, postgresURL: set.postgresURL
        ).write(to: stores.dataDirectory)
        logger.info("serving", metadata: ["address": "\(address)"])
        return
      }
      try? await Task.sleep(for: .milliseconds(2))
    }
  }
}
