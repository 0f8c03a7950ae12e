public import FunctionKit
public import Logging
public import ServiceLifecycle
import UnixSignals

/// A program of functions: reads their function.yaml files, hosts them on one HTTP server, and stops in order at SIGTERM or SIGINT.
///
/// It has the routes `/healthz`, `/readyz` and `/metrics`, and those that the functions' http triggers name. Whoever needs more than this
/// puts `TriggerRuntime` and `HTTPServer` together; `FunctionHost` does nothing else.
public final class FunctionHost: Sendable {
  /// What a host is made of.
  public struct Configuration: Sendable {
    /// Where it listens and what it puts up with.
    public var http: HTTPServerConfiguration
    /// What opens data bindings, one per class; `memory` (a key-value store) and `webhook` are there already.
    public var bindings: [any DataBinding] = []
    /// Where triggers read and what they keep; by default as long as the process lives.
    public var stores: TriggerStores = TriggerStores(
      leases: MemoryLeaseKeeper(), deduplication: MemoryDeduplicationStore())
    /// What holds for all functions.
    public var runtime: RuntimeConfiguration = RuntimeConfiguration()
    /// The clock that functions and triggers share.
    public var clock: any WallClock = AdjustableClock()
    /// What `valueFrom: {env: NAME}` looks in.
    public var environment: [String: String] = [:]
    /// Where the host reports; nil logs to stderr.
    public var logger: Logger?
    /// What must run beside the functions, started before them and stopped after them.
    public var services: [any Service] = []

    /// Creates a configuration.
    /// - Parameter http: where the host listens.
    public init(http: HTTPServerConfiguration = HTTPServerConfiguration()) {
      self.http = http
    }
  }

  /// The runtime that hosts the functions.
  public let runtime: TriggerRuntime
  /// The HTTP server.
  public let server: HTTPServer
  /// What was counted.
  public let metrics: PrometheusMetrics
  private let services: [any Service]
  private let logger: Logger

  /// Creates a host; nothing is opened or started yet.
  /// - Parameters:
  ///   - functions: the texts of their function.yaml files with the names that errors give them.
  ///   - registry: which type handles which `handler`.
  ///   - configuration: what it is made of.
  /// - Throws: `SpecificationError` with file and line, or `SetupError`.
  public init(
    functions: [(file: String, text: String)], registry: FunctionRegistry,
    configuration: Configuration = Configuration()
  ) throws {
    let reader = SpecificationReader(environment: configuration.environment)
    let specifications = try functions.map { try reader.read($0.text, file: $0.file) }
    var configuration = configuration
    let logs = FunctionLogs()
    configuration.runtime.logs = configuration.runtime.logs ?? logs
    logger = configuration.logger ?? logs.logger("host")
    metrics = PrometheusMetrics()
    server = HTTPServer(configuration: configuration.http, logger: logger, metrics: metrics)
    runtime = TriggerRuntime(
      functions: specifications, registry: registry,
      bindings: configuration.bindings
        + [MemoryKeyValueBinding(), WebhookBinding(metrics: metrics)].filter { own in
          !configuration.bindings.contains { $0.bindingClass == own.bindingClass }
        }, clock: configuration.clock, http: server, stores: configuration.stores, configuration: configuration.runtime,
      logger: logger, metrics: metrics)
    services = [logs] + configuration.services
    let (runtime, metrics) = (runtime, metrics)
    try server.route("GET", "/healthz") { _ in runtime.liveness().response }
    try server.route("GET", "/readyz") { _ in await runtime.readiness().response }
    try server.route("GET", "/metrics") { _ in
      Response(contentType: "text/plain; version=0.0.4; charset=utf-8", body: .bytes(metrics.render()))
    }
  }

  /// Runs until SIGTERM or SIGINT, or until the task is cancelled; then drains.
  /// - Throws: `SetupError` where a function or binding is not as described, or where the server cannot listen.
  public func run() async throws {
    let group = ServiceGroup(
      configuration: .init(
        services: (services + [runtime]).map { .init(service: $0) }, gracefulShutdownSignals: [.sigterm, .sigint],
        logger: logger))
    try await group.run()
  }

  /// Opens the bindings and builds the functions without listening: after it `invoke` works. For tests and for commands.
  /// - Throws: `SetupError` where something is not as it is described.
  public func prepare() async throws { try await runtime.prepare() }

  /// Hands an event to a function and waits for its answer.
  /// - Parameters:
  ///   - function: the function's name.
  ///   - event: what happened.
  ///   - caller: on whose behalf.
  /// - Throws: what the function throws, or `InvocationError`.
  public func invoke(function: String, _ event: Event, as caller: Caller = .anonymous) async throws -> Response {
    try await runtime.invoke(function: function, event, as: caller)
  }
}
