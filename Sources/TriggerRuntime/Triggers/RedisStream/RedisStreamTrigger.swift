import FunctionKit

/// Handles the events of a stream as one consumer of a group; what a dead consumer left is taken over.
enum RedisStreamTrigger {
  static func make(
    _ trigger: TriggerSpecification, workers: TriggerWorkers, environment: TriggerEnvironment
  ) throws -> any Trigger {
    let settings = try RedisStreamSettings(
      trigger, origin: workers.origin, function: workers.function.specification)
    guard let streams = environment.stores.streams else {
      throw SetupError("\(trigger.places.prefix(""))\(workers.origin): the runtime has no streams to read from")
    }
    let source = StreamSource(
      streams, label: "topic \(settings.topic)", caller: .service("stream"), topic: settings.topic,
      group: settings.group, start: settings.start, consumer: environment.configuration.instanceID,
      claimAfter: settings.claimAfter, types: settings.types)
    return DeliveryLoop(
      source,
      policy: try DeliveryPolicy(
        trigger, workers: workers, environment: environment, partitions: settings.partitions),
      workers: workers, environment: environment)
  }
}
