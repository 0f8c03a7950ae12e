import DispatchCore
import DispatchState
import FunctionKit
import Logging
import Metrics
import RoutingClient
import ServiceLifecycle
import TriggerRuntime

/// Wires stores, functions and triggers into a server.
struct ServerAssembly: Sendable {
  /// The HTTP server.
  let server: HTTPServer
  /// What hosts the functions.
  let runtime: TriggerRuntime
  /// Everything that must run, in the order of its start.
  private(set) var services: [any Service]

  /// Builds everything; nothing runs yet.
  init(
    options: ServeOptions, functions: [FunctionSpecification], http: HTTPServerConfiguration, engine: EngineURL?,
    stores: StoreSet, configuration: DispatchConfiguration, logs: FunctionLogs, traces: TraceOptions,
    worker: WorkerLink? = nil, resilience: ResilienceConfiguration, metrics: PrometheusMetrics, logger: Logger
  ) async throws {
    MetricsSystem.bootstrap(metrics)
    let clock = AdjustableClock()
    let clockRoutes = ClockRoutes(
      clock: clock, isAdjustable: options.clock == .adjustable, store: stores.record,
      isShared: (worker?.count ?? 1) > 1)
    // Both at once: each waits for the stores most of its time.
    async let tariffsAreKept: Void = Self.keepTariffs(stores.record, configuration.regions)
    try await clockRoutes.restore()
    let regionIDs = configuration.regions.regions.map(\.id)
    let follower = FleetFollower(fleet: stores.fleet, drivers: stores.record, regions: regionIDs)
    server = HTTPServer(configuration: http, logger: logger, metrics: metrics)
    var runtimeConfiguration = RuntimeConfiguration(instanceID: worker?.instanceID)
    runtimeConfiguration.logs = logs
    runtimeConfiguration.resilience = resilience
    runtimeConfiguration.isolation = worker?.isolation
    runtimeConfiguration.tracer = try traces.tracer(instanceID: runtimeConfiguration.instanceID, metrics: metrics)
    logs.connect(stores.publisher)
    let statistics = InvocationStatistics(metrics: metrics)
    runtime = TriggerRuntime(
      functions: functions, registry: FunctionCatalog.registry(),
      bindings: Bindings.all(
        stores, follower: follower, configuration: configuration, engine: engine, asksEngines: true),
      clock: clock, http: server, stores: stores.triggers, configuration: runtimeConfiguration, logger: logger,
      metrics: metrics)
    try await tariffsAreKept
    runtime.addReadinessCheck("stores", stores.trouble)
    try AdminRoutes(runtime: runtime, metrics: metrics, clock: clockRoutes, logs: logs, siblings: worker?.siblings)
      .register(on: server)
    try StatusRoutes(runtime: runtime, server: server, statistics: statistics, logs: logs, stores: stores)
      .register(on: server)
    try VersionRoutes(runtime: runtime).register(on: server)
    try DeadLetterRoutes(queue: stores.triggers.deadLetters).register(on: server)
    try RecordingRoutes(runtime: runtime, regions: regionIDs.map(\.description)).register(on: server)
    services =
      [logs, LogReopener(logs: logs)] + (runtimeConfiguration.tracer.map { [$0] } ?? []) + stores.services + [
        statistics,
        FleetKeeper(follower: follower, regions: regionIDs, logger: logger),
        OutboxRelay(stores: stores, logger: logger), FeedCloser(hub: stores.hub), runtime,
      ]
    if let peer = try worker?.siblings.server(logs: logs, metrics: metrics, logger: logger) {
      services.insert(peer, at: 0)
    }
    if worker != nil, options.clock == .adjustable {
      services.insert(ClockFollower(routes: clockRoutes, logger: logger), at: 0)
    }
  }

  /// The carried tariffs, unless a version of that id is there already.
  private static func keepTariffs(_ store: any TariffStore, _ regions: RegionMap) async throws {
    let kept = Set(try await store.tariffs(in: nil).map(\.id))
    for region in regions.regions {
      for vehicleClass in VehicleClass.allCases {
        let tariff = Tariff.standard(region: region.id, vehicleClass: vehicleClass)
        if !kept.contains(tariff.id) { try await store.add(tariff) }
      }
    }
  }

  /// The services as a group runs them, by the names of their types: describing the services themselves takes milliseconds.
  var named: [ServiceGroupConfiguration.ServiceConfiguration] {
    services.map { .init(service: $0, serviceName: String(describing: type(of: $0))) }
  }

  /// Reads the function.yaml of every function, those that are carried and those of a directory; needs no store.
  @concurrent
  static func specifications(_ directory: String?) async throws -> [FunctionSpecification] {
    let reader = SpecificationReader(environment: ProcessInformation.environment)
    return try FunctionCatalog.specifications(overriddenBy: directory).map { file, text in
      try reader.read(text, file: file)
    }
  }
}
