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
    options: ServeOptions, http: HTTPServerConfiguration, engine: EngineURL?, stores: StoreSet,
    configuration: DispatchConfiguration, logs: FunctionLogs, traces: TraceOptions, worker: WorkerLink? = nil,
    resilience: ResilienceConfiguration, metrics: PrometheusMetrics, logger: Logger
  ) async throws {
    MetricsSystem.bootstrap(metrics)
    let clock = AdjustableClock()
    let clockRoutes = ClockRoutes(
      clock: clock, isAdjustable: options.clock == .adjustable, store: stores.record,
      isShared: (worker?.count ?? 1) > 1)
    try await clockRoutes.restore()
    try await Self.keepTariffs(stores.record, configuration.regions)
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
      functions: try Self.specifications(options.functions), registry: FunctionCatalog.registry(),
      bindings: Bindings.all(
        stores, follower: follower, configuration: configuration, engine: engine, asksEngines: true),
      clock: clock, http: server, stores: stores.triggers, configuration: runtimeConfiguration, logger: logger,
      metrics: metrics)
    runtime.addReadinessCheck("stores", stores.trouble)
    try AdminRoutes(runtime: runtime, metrics: metrics, clock: clockRoutes, logs: logs, siblings: worker?.siblings)
      .register(on: server)
    try StatusRoutes(runtime: runtime, server: server, statistics: statistics, logs: logs, stores: stores)
      .register(on: server)
    try VersionRoutes(runtime: runtime).register(on: server)
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
    for region in regions.regions {
      for vehicleClass in VehicleClass.allCases {
        try await store.add(.standard(region: region.id, vehicleClass: vehicleClass))
      }
    }
  }

  private static func specifications(_ directory: String?) throws -> [FunctionSpecification] {
    let reader = SpecificationReader(environment: ProcessInformation.environment)
    return try FunctionCatalog.specifications(overriddenBy: directory).map { file, text in
      try reader.read(text, file: file)
    }
  }
}
