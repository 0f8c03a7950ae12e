import CoreMetrics
import FunctionKit
import Logging

/// Builds functions and their triggers.
struct FunctionLoader {
  let registry: FunctionRegistry
  let bindings: [any DataBinding]
  let environment: TriggerEnvironment

  /// Builds everything; nothing is started.
  /// - Throws: `SetupError`.
  func load(_ specifications: [FunctionSpecification], functions: any FunctionInvoker) async throws -> LoadedFunctions {
    var opener = try BindingOpener(bindings)
    var loaded = LoadedFunctions()
    for specification in specifications {
      guard loaded.direct[specification.name] == nil else {
        throw SetupError("two functions are named \(specification.name)")
      }
      let function = try await load(specification, &opener, functions)
      let numWorkers = specification.triggers.values.map(\.numWorkers).max() ?? 1
      let direct = workers(function, .direct, TriggerSpecification(kind: "direct"), numWorkers: numWorkers)
      loaded.direct[specification.name] = direct
      loaded.workers.append(direct)
      for (name, trigger) in specification.triggers.sorted(by: { $0.key < $1.key }) where !trigger.isDisabled {
        try add(trigger, named: name, of: function, to: &loaded)
      }
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
    let setup = FunctionSetup(
      name: specification.name, version: specification.version, bindings: try await opener.open(specification),
      environment: specification.environment, clock: environment.clock, logger: logger, functions: functions)
    return LoadedFunction(
      specification: specification, function: try registry.build(specification.handler, setup), logger: logger,
      clock: environment.clock, tracer: environment.configuration.tracer)
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
      metrics: environment.metrics)
  }

  private func add(
    _ trigger: TriggerSpecification, named name: String, of function: LoadedFunction, to loaded: inout LoadedFunctions
  ) throws {
    let workers = workers(
      function, TriggerInfo(kind: trigger.kind, name: name), trigger, numWorkers: trigger.numWorkers)
    switch trigger.kind {
    case "http":
      // Without a server there is nobody to ask; `cabstand invoke` calls the function directly.
      guard let server = environment.http else { return }
      try HTTPTrigger.register(trigger, workers: workers, server: server, metrics: environment.metrics)
    case "cron":
      loaded.loops.append(try CronTrigger(trigger, workers: workers, environment: environment))
    case "redis-stream":
      loaded.loops.append(try StreamTrigger(trigger, workers: workers, environment: environment))
    default:
      throw SetupError(
        "trigger \(name) of function \(function.name) has the unknown kind \(trigger.kind); "
          + Suggestion.sentence(for: trigger.kind, in: ["http", "cron", "redis-stream"]))
    }
    loaded.workers.append(workers)
  }
}
