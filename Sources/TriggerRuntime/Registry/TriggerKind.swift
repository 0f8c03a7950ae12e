import FunctionKit

/// What a function.yaml may name as the kind of a trigger, and how such a trigger is built.
struct TriggerKind: Sendable {
  /// The name in function.yaml.
  let name: String
  /// Builds a trigger; nil where it needs no loop of its own.
  let make: @Sendable (TriggerSpecification, TriggerWorkers, TriggerEnvironment) throws -> (any Trigger)?

  /// Every kind.
  static let all: [TriggerKind] = [
    TriggerKind(name: "http") { trigger, workers, environment in
      // Without a server there is nobody to ask; `cabstand invoke` calls the function directly.
      guard let server = environment.http else { return nil }
      try HTTPTrigger.register(trigger, workers: workers, server: server, metrics: environment.metrics)
      return nil
    },
    TriggerKind(name: "cron") { try CronTrigger($0, workers: $1, environment: $2) },
    TriggerKind(name: "redis-stream") { try RedisStreamTrigger.make($0, workers: $1, environment: $2) },
    TriggerKind(name: "postgres") { try PostgresTrigger.make($0, workers: $1, environment: $2) },
    TriggerKind(name: "file") { try FileTrigger.make($0, workers: $1, environment: $2) },
    TriggerKind(name: "simulator") { try SimulatorTrigger.make($0, workers: $1, environment: $2) },
  ]

  /// The kind of a name.
  static func named(_ name: String) -> TriggerKind? { all.first { $0.name == name } }
}
