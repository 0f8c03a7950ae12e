import CoreMetrics
import FunctionKit
import Logging

/// Builds functions and their triggers.
struct FunctionLoader {
  let registry: FunctionRegistry
  let bindings: [any DataBinding]
  let environment: TriggerEnvironment
  let recorder: Recorder?

  /// Builds everything; nothing is started.
  /// - Throws: `SetupError`.
  func load(_ specifications: [FunctionSpecification], functions: any FunctionInvoker) async throws -> LoadedFunctions {
    var specifications = specifications
    try environment.configuration.resilience.apply(to: &specifications)
    var opener = try BindingOpener(bindings)
    var loaded = LoadedFunctions()
    for specification in specifications {
      guard loaded.direct[specification.name] == nil else {
        throw SetupError("two functions are named \(specification.name)")
      }
      let function = try await load(specification, &opener, functions)
      if let versions = function.versions { loaded.versions.append(versions) }
      let numWorkers = specification.triggers.values.map(\.numWorkers).max() ?? 1
      let direct = workers(function, .direct, TriggerSpecification(kind: "direct"), numWorkers: numWorkers)
      loaded.direct[specification.name] = direct
      loaded.workers.append(direct)
      for (name, trigger) in specification.triggers.sorted(by: { $0.key < $1.key }) where !trigger.isDisabled {
        try add(trigger, named: name, of: function, to: &loaded)
      }
      try addAsynchronous(function, to: &loaded)
    }
    return loaded
  }

  private func load(
    _ specification: FunctionSpecification, _ opener: inout BindingOpener, _ functions: any FunctionInvoker
  ) async throws -> LoadedFunction {
    var logger = environment.logger
    logger[metadataKey: "function"] = .string(specification.name)
    // The most talkative of its sinks decides.
    let levels = specification.loggerSinks.compactMap { Logger.Level(rawValue: $0.level) }
    if let level = levels.min() { logger.logLevel = level }
    if let logs = environment.configuration.logs { logger = try logs.open(specification) }
    var setup = FunctionSetup(
      name: specification.name, version: specification.version, bindings: try await opener.open(specification),
      environment: specification.environment, clock: environment.clock, logger: logger, functions: functions)
    let function = try registry.build(specification.handler, setup)
    var others: [String: any Function] = [:]
    for (name, version) in specification.versions where version.remote == nil {
      setup.version = name
      setup.environment = specification.environment.merging(version.environment) { $1 }
      others[name] = try registry.build(version.handler ?? specification.handler, setup)
    }
    return LoadedFunction(
      specification: specification, function: function, logger: logger, clock: environment.clock,
      tracer: environment.configuration.tracer,
      versions: try FunctionVersions(specification, main: function, others: others, metrics: environment.metrics),
      recorder: recorder,
      gate: FunctionGate(
        environment.configuration.resilience.functions[specification.name], function: specification.name,
        metrics: environment.metrics))
  }

  private func workers(
    _ function: LoadedFunction, _ info: TriggerInfo, _ trigger: TriggerSpecification, numWorkers: Int
  ) -> TriggerWorkers {
    let (queueLimit, overflow) = numWorkers.multipliedReportingOverflow(
      by: max(0, environment.configuration.queueLimitPerWorker))
    return TriggerWorkers(
      function: function, trigger: info,
      limits: .init(
        numWorkers: max(1, numWorkers), waitLimit: trigger.workerAvailabilityTimeout,
        queueLimit: overflow ? .max : queueLimit),
      terminationTimeout: trigger.workerTerminationTimeout, eventLoop: environment.eventLoop,
      metrics: environment.metrics,
      asynchronous: environment.stores.invocations.map { AsynchronousInvocations(queue: $0, function: function.name) },
      isolation: environment.configuration.isolation)
  }

  /// A loop for the events of a function that a caller did not wait for, where it has an http trigger: with the delivery of the first.
  private func addAsynchronous(_ function: LoadedFunction, to loaded: inout LoadedFunctions) throws {
    let triggers = function.specification.triggers.sorted { $0.key < $1.key }.map(\.value)
    guard environment.http != nil, let queue = environment.stores.invocations,
      let trigger = triggers.first(where: { $0.kind == "http" && !$0.isDisabled })
    else { return }
    let name = AsynchronousInvocations.triggerName
    guard function.specification.triggers[name] == nil else {
      throw SetupError("function \(function.name): a trigger must not be named \(name), which is the runtime's own")
    }
    let workers = workers(
      function, TriggerInfo(kind: name, name: name), trigger,
      numWorkers: min(trigger.numWorkers, AsynchronousInvocations.maxWorkers))
    let source = StreamSource(
      queue, label: "the queue of invocations", caller: .service("async"), topic: function.name,
      group: AsynchronousInvocations.group, consumer: environment.configuration.instanceID,
      claimAfter: StreamSource.claimAfter(nil, function.specification), block: .seconds(15), callerOfRequest: true)
    loaded.loops.append(
      DeliveryLoop(
        source, policy: try DeliveryPolicy(trigger, workers: workers, environment: environment), workers: workers,
        environment: environment))
    loaded.workers.append(workers)
  }

  private func add(
    _ trigger: TriggerSpecification, named name: String, of function: LoadedFunction, to loaded: inout LoadedFunctions
  ) throws {
    let workers = workers(
      function, TriggerInfo(kind: trigger.kind, name: name), trigger, numWorkers: trigger.numWorkers)
    guard let kind = TriggerKind.named(trigger.kind) else {
      throw SetupError(
        "\(trigger.places.prefix("kind"))\(workers.origin): unknown kind \(trigger.kind); "
          + Suggestion.sentence(for: trigger.kind, in: TriggerKind.all.map(\.name)))
    }
    if let loop = try kind.make(trigger, workers, environment) { loaded.loops.append(loop) }
    loaded.workers.append(workers)
  }
}
