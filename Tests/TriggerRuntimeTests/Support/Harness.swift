import FunctionKit
import Logging
import ServiceLifecycle
import Synchronization
import Testing

@testable import TriggerRuntime

/// A function made of a closure.
struct ClosureFunction: Function {
  let setup: FunctionSetup
  let body: @Sendable (Event, Context) async throws -> Response

  init(_ setup: FunctionSetup) throws { throw SetupError("made of a closure only") }

  init(_ setup: FunctionSetup, _ body: @escaping @Sendable (Event, Context) async throws -> Response) {
    self.setup = setup
    self.body = body
  }

  func handle(_ event: Event, _ context: Context) async throws -> Response { try await body(event, context) }
}

/// A runtime on a free port of the loopback interface.
struct Harness {
  var yaml: String
  var http = HTTPServerConfiguration(address: .tcp(host: "127.0.0.1", port: 0))
  var usesHTTP = true
  var clock: any WallClock = AdjustableClock()
  var leases: (any LeaseKeeper)?
  var ticks: any TickLedger = MemoryTickLedger()
  var streams: (any EventStreamSource)?
  var outbox: (any EventStreamSource)?
  var invocations: (any EventStreamSource & EventPublisher)?
  var deadLetters: any DeadLetterQueue = MemoryDeadLetterQueue()
  var deduplication: (any DeduplicationStore)? = MemoryDeduplicationStore()
  var instanceID: String?
  var leaseDuration: Duration?
  var metrics = PrometheusMetrics()

  /// A logger that says nothing.
  static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  init(_ yaml: String) { self.yaml = yaml }

  /// A function.yaml with one http trigger.
  static func httpFunction(_ trigger: String = "", paths: String = "\"/echo\"", timeout: String = "20s") -> String {
    """
    kind: NuclioFunction
    metadata: {name: echo}
    spec:
      handler: Test
      eventTimeout: \(timeout)
      triggers:
        web:
          kind: http
          numWorkers: 8
          attributes:
            ingresses:
              main: {paths: [\(paths)], methods: [GET, POST]}
      \(trigger)
    """
  }

  func makeRuntime(
    _ function: @escaping @Sendable (Event, Context) async throws -> Response
  ) throws -> TriggerRuntime {
    try makeRuntime { ClosureFunction($0, function) }
  }

  func makeRuntime(_ build: @escaping @Sendable (FunctionSetup) throws -> any Function) throws -> TriggerRuntime {
    let specification = try SpecificationReader(environment: [:]).read(yaml, file: "function.yaml")
    var registry = FunctionRegistry()
    registry.register("Test", build: build)
    var configuration = RuntimeConfiguration(instanceID: instanceID)
    if let leaseDuration { configuration.leaseDuration = leaseDuration }
    configuration.redrivePeriod = .milliseconds(2)
    let server = usesHTTP ? HTTPServer(configuration: http, logger: Self.logger, metrics: metrics) : nil
    return TriggerRuntime(
      functions: [specification], registry: registry, clock: clock, http: server,
      stores: TriggerStores(
        leases: leases, ticks: ticks, streams: streams, outbox: outbox, invocations: invocations,
        deadLetters: deadLetters, deduplication: deduplication), configuration: configuration, logger: Self.logger,
      metrics: metrics)
  }

  /// Runs a runtime while `body` runs, then shuts it down gracefully.
  func run<T: Sendable>(
    _ function: @escaping @Sendable (Event, Context) async throws -> Response,
    while body: @escaping @Sendable (RunningRuntime) async throws -> T
  ) async throws -> T {
    let runtime = try makeRuntime(function)
    return try await Self.run(runtime, while: body)
  }

  static func run<T: Sendable>(
    _ runtime: TriggerRuntime, while body: @escaping @Sendable (RunningRuntime) async throws -> T
  ) async throws -> T {
    let group = ServiceGroup(services: [runtime], logger: logger)
    let hasEnded = Watched(false)
    let service = Task {
      defer { hasEnded.change { $0 = true } }
      try await group.run()
    }
    while await !runtime.readiness().isGood, !hasEnded.value { await Task.yield() }
    let running = RunningRuntime(runtime: runtime, group: group, service: service)
    do {
      let value = try await body(running)
      await running.shutDown()
      try await service.value
      return value
    } catch {
      await running.shutDown()
      _ = await service.result
      throw error
    }
  }
}

/// A runtime that runs.
struct RunningRuntime: Sendable {
  let runtime: TriggerRuntime
  let group: ServiceGroup
  let service: Task<Void, any Error>

  func shutDown() async { await group.triggerGracefulShutdown() }

  func connect(autoRead: Bool = true) async throws -> RawConnection {
    let address = try #require(runtime.http?.boundAddress)
    return try await RawConnection.connect(address, autoRead: autoRead)
  }

  /// Sends one request on a connection of its own.
  func request(_ text: String) async throws -> RawConnection.Answer? {
    let connection = try await connect()
    try await connection.send(text)
    let answer = await connection.answer(toHead: text.hasPrefix("HEAD"))
    await connection.close()
    return answer
  }
}

/// A value that tasks change and wait for.
final class Watched<Value: Sendable>: Sendable {
  private let state: Mutex<Value>
  private let changes = WakeUp()

  init(_ value: Value) { state = Mutex(value) }

  var value: Value { state.withLock { $0 } }

  func change(_ body: (inout Value) -> Void) {
    state.withLock { body(&$0) }
    changes.notify()
  }

  /// Waits until the value is as expected.
  func wait(_ isDone: (Value) -> Bool) async {
    while !Task.isCancelled {
      let generation = changes.generation
      if isDone(value) { return }
      await changes.wait(after: generation)
    }
  }
}
