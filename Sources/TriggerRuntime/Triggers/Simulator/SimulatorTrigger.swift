import FunctionKit

/// Handles events that are made up, or recorded ones again, on every instance by itself.
enum SimulatorTrigger {
  static func make(
    _ trigger: TriggerSpecification, workers: TriggerWorkers, environment: TriggerEnvironment
  ) throws -> any Trigger {
    let settings = try SimulatorSettings(trigger, origin: workers.origin)
    let source = SimulatorSource(settings, name: workers.label, clock: environment.clock)
    return DeliveryLoop(
      source, policy: try DeliveryPolicy(trigger, workers: workers, environment: environment), workers: workers,
      environment: environment)
  }
}
