public import CoreMetrics
public import FunctionKit
public import Logging
import NIOCore
import NIOPosix
public import ServiceLifecycle
import Synchronization

/// Hosts functions: builds them from their bindings, starts their triggers, and drains them at the end.
public final class TriggerRuntime: Service, FunctionInvoker {
  private enum Stage { case created, preparing, prepared, running, draining, stopped }

  private struct State {
    var stage = Stage.created
    var loaded = LoadedFunctions()
    var keeper: RolloutKeeper?
    var checks: [(name: String, check: @Sendable () async -> String?)] = []
  }

  /// The HTTP server that the http triggers' routes are on; nil without one.
  public let http: HTTPServer?
  private let specifications: [FunctionSpecification]
  private let registry: FunctionRegistry
  private let bindings: [any DataBinding]
  private let environment: TriggerEnvironment
  let recorder: Recorder
  private let state = Mutex(State())
  /// The workers for direct invocations by function, which `state` keeps from their preparation to the runtime's end: looked at without a lock.
  private let direct = Atomic<Unmanaged<NameTable<Unmanaged<TriggerWorkers>>>?>(nil)

  /// Creates a runtime; nothing is opened or started yet.
  /// - Parameters:
  ///   - functions: what their function.yaml files say; disabled ones are left out.
  ///   - registry: which type handles which `handler`.
  ///   - bindings: what opens data bindings, one per class.
  ///   - clock: city time.
  ///   - http: the server for http triggers; nil leaves http triggers out, for `cabstand invoke`.
  ///   - stores: where triggers read and what they keep.
  ///   - configuration: what holds for all functions.
  ///   - logger: where the runtime and its functions report.
  ///   - metrics: what it counts with.
  public init(
    functions: [FunctionSpecification], registry: FunctionRegistry, bindings: [any DataBinding] = [],
    clock: any WallClock = AdjustableClock(), http: HTTPServer? = nil,
    stores: TriggerStores = TriggerStores(), configuration: RuntimeConfiguration = RuntimeConfiguration(),
    logger: Logger, metrics: any MetricsFactory = MetricsSystem.factory
  ) {
    specifications = functions.filter { !$0.isDisabled }
    self.registry = registry
    self.bindings = bindings
    self.http = http
    environment = TriggerEnvironment(
      clock: clock, http: http, stores: stores, configuration: configuration, logger: logger,
      metrics: metrics, eventLoop: MultiThreadedEventLoopGroup.singleton.any())
    recorder = Recorder(store: stores.shared, logger: logger)
  }

  deinit { direct.load(ordering: .acquiring)?.release() }

  // MARK: Life

  /// Opens the bindings, builds the functions and checks their triggers, once; `run` does it where nobody has.
  ///
  /// After it `invoke` works.
  /// - Throws: `SetupError` where something is not as it is described.
  public func prepare() async throws {
    let isFirst = state.withLock { state in
      guard state.stage == .created else { return false }
      state.stage = .preparing
      return true
    }
    guard isFirst else {
      guard state.withLock({ $0.stage != .preparing }) else {
        throw SetupError("the runtime is being prepared by another task")
      }
      return
    }
    do {
      let loaded = try await FunctionLoader(
        registry: registry, bindings: bindings, environment: environment, recorder: recorder
      ).load(specifications, functions: self)
      let keeper = RolloutKeeper(loaded.versions, store: environment.stores.shared, logger: environment.logger)
      let table = NameTable(loaded.direct.mapValues { Unmanaged.passUnretained($0) })
      state.withLock { state in
        state.loaded = loaded
        direct.store(.passRetained(table), ordering: .releasing)
        state.keeper = keeper
        state.stage = .prepared
      }
    } catch {
      state.withLock { $0.stage = .created }
      throw error
    }
  }

  /// Prepares, listens and runs the triggers until the service group shuts down gracefully; then drains.
  ///
  /// Draining stops every trigger, ends event streams, and lets what was begun finish within each trigger's
  /// `workerTerminationTimeout`.
  /// - Throws: `SetupError`, or where the HTTP server cannot listen.
  public func run() async throws {
    try await prepare()
    let (loaded, keeper) = state.withLock { ($0.loaded, $0.keeper) }
    // Before the first event: what the instances agreed on holds for it too.
    await keeper?.look()
    try await http?.start()
    state.withLock { $0.stage = .running }
    environment.logger.info(
      "functions are ready", metadata: ["functions": .stringConvertible(loaded.direct.count)])
    await withTaskGroup(of: Void.self) { group in
      for trigger in loaded.loops {
        group.addTask { await trigger.run() }
      }
      let watch = Task { [environment] in
        guard !loaded.loops.isEmpty else { return }
        await ClockWatch(clock: environment.clock, triggers: loaded.loops).run()
      }
      let redriver = Task { [environment] in
        await Redriver(
          queue: environment.stores.deadLetters, loops: loaded.loops.compactMap { $0 as? DeliveryLoop },
          consumer: environment.configuration.instanceID, period: environment.configuration.redrivePeriod,
          logger: environment.logger
        ).run()
      }
      let period = environment.configuration.versionPeriod
      let shares = Task { await keeper?.run(every: period) }
      let recording = Task { [recorder] in await recorder.run(every: period) }
      // Also returns where the task is cancelled.
      try? await gracefulShutdown()
      state.withLock { $0.stage = .draining }
      let alarms = loaded.workers.map { workers in
        workers.pool.cancelAll(after: workers.terminationTimeout)
      }
      redriver.cancel()
      for trigger in loaded.loops { trigger.stop() }
      await http?.shutdown()
      watch.cancel()
      shares.cancel()
      recording.cancel()
      await group.waitForAll()
      for workers in loaded.workers { await workers.pool.drain(timeout: .zero) }
      for alarm in alarms { alarm.cancel() }
    }
    state.withLock { $0.stage = .stopped }
  }

  // MARK: Invoking

  /// Hands an event to a function and waits for its answer: the same path as a trigger's, with its workers, deadline and log.
  /// - Parameters:
  ///   - function: the function's name.
  ///   - event: what happened.
  ///   - caller: on whose behalf.
  /// - Returns: the function's answer.
  /// - Throws: what the function throws, or `InvocationError`.
  public nonisolated(nonsending) func invoke(
    function: String, _ event: Event, as caller: Caller = .anonymous
  ) async throws -> Response {
    guard let direct = direct.load(ordering: .acquiring),
      let workers = direct._withUnsafeGuaranteedRef({ $0[function] })
    else { throw InvocationError.unknownFunction }
    let result = await AwaitedInvocation.perform(
      event, .init(workers: workers.takeUnretainedValue(), caller: caller, attempt: 1, waitsForEnd: false))
    return try result.get()
  }

  /// What shares the traffic among versions.
  func keeper() throws -> RolloutKeeper {
    guard let keeper = state.withLock({ $0.keeper }) else { throw InvocationError.shuttingDown }
    return keeper
  }

  // MARK: Health

  /// Adds something that readiness depends on, for example a store.
  /// - Parameters:
  ///   - name: names it in the troubles.
  ///   - check: says what is wrong, or nil; it must answer soon.
  public func addReadinessCheck(_ name: String, _ check: @escaping @Sendable () async -> String?) {
    state.withLock { $0.checks.append((name, check)) }
  }

  /// Whether the runtime can take work: prepared, running, not draining, every trigger and check in order, no queue full.
  public func readiness() async -> RuntimeHealth {
    let (stage, loaded, checks) = state.withLock { ($0.stage, $0.loaded, $0.checks) }
    var troubles: [String] = []
    switch stage {
    case .created, .preparing, .prepared: troubles.append("runtime: starting")
    case .draining, .stopped: troubles.append("runtime: stopping")
    case .running: break
    }
    for trigger in loaded.loops {
      if let trouble = trigger.trouble { troubles.append("\(trigger.name): \(trouble)") }
    }
    if let trouble = http?.trouble { troubles.append("http: \(trouble)") }
    for function in loaded.direct.values.map(\.function) {
      if let trouble = function.gate?.trouble { troubles.append("\(function.name): \(trouble)") }
    }
    for workers in loaded.workers where workers.pool.isSaturated {
      troubles.append("\(workers.label): its queue is full")
    }
    for (name, check) in checks {
      if let trouble = await check() { troubles.append("\(name): \(trouble)") }
    }
    return RuntimeHealth(troubles: troubles)
  }

  /// Whether the process is worth keeping: false where every worker of a trigger is stuck past its deadline and its cancellation.
  public func liveness() -> RuntimeHealth {
    let loaded = state.withLock { $0.loaded }
    var troubles: [String] = []
    for workers in loaded.workers where workers.pool.snapshot().overdue >= workers.pool.limits.numWorkers {
      troubles.append("\(workers.label): every worker is stuck")
    }
    return RuntimeHealth(troubles: troubles)
  }

  // MARK: Looking in

  /// The triggers that deliver from a source.
  var deliveryLoops: [DeliveryLoop] { state.withLock { $0.loaded.loops }.compactMap { $0 as? DeliveryLoop } }

  /// The names of the functions that are hosted, in alphabetical order.
  public var functionNames: [String] { specifications.map(\.name).sorted() }

  /// What every trigger is doing, in the order of the functions.
  public func triggerStatus() -> [TriggerStatus] {
    let loaded = state.withLock { $0.loaded }
    let troubles = Dictionary(
      loaded.loops.compactMap { loop in loop.trouble.map { (loop.name, $0) } }, uniquingKeysWith: { first, _ in first })
    return loaded.workers.map { workers in
      let pool = workers.pool.snapshot()
      return TriggerStatus(
        function: workers.function.name, trigger: workers.trigger.name, kind: workers.trigger.kind,
        numWorkers: workers.pool.limits.numWorkers, inFlight: pool.inFlight, waiting: pool.waiting,
        overdue: pool.overdue,
        trouble: troubles[workers.label] ?? (workers.pool.isSaturated ? "its queue is full" : nil))
    }
  }

  /// What the function.yaml files of the hosted functions say.
  public var functions: [FunctionSpecification] { specifications }
}
