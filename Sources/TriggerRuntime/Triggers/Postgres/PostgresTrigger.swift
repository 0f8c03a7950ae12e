import FunctionKit

/// Handles the messages that are committed to the outbox: told by notifications, but found in the table, so that a missed one loses
/// nothing.
enum PostgresTrigger {
  static func make(
    _ trigger: TriggerSpecification, workers: TriggerWorkers, environment: TriggerEnvironment
  ) throws -> any Trigger {
    let settings = try PostgresSettings(trigger, origin: workers.origin, function: workers.function.specification)
    guard let outbox = environment.stores.outbox else {
      throw SetupError("\(trigger.places.prefix(""))\(workers.origin): the runtime has no outbox to read from")
    }
    let source = StreamSource(
      outbox, label: "table \(settings.table)", caller: .service("postgres"), topic: settings.table,
      group: settings.group, start: settings.start, consumer: environment.configuration.instanceID,
      claimAfter: settings.claimAfter, block: settings.pollInterval, types: settings.types)
    return DeliveryLoop(
      source, policy: try DeliveryPolicy(trigger, workers: workers, environment: environment), workers: workers,
      environment: environment)
  }
}
