import FunctionKit

/// Handles events that somebody left in files.
enum FileTrigger {
  static func make(
    _ trigger: TriggerSpecification, workers: TriggerWorkers, environment: TriggerEnvironment
  ) throws -> any Trigger {
    let settings = try FileSettings(trigger, origin: workers.origin)
    let lease = SourceLease(environment.stores.leases, name: "file/\(workers.label)")
    let source: any DeliverySource =
      switch settings.place {
      case .folder(let path, let moves):
        FolderSource(path: path, moves: moves, pollInterval: settings.pollInterval, lease: lease)
      case .feed(let path, let position):
        FeedSource(path: path, position: position, pollInterval: settings.pollInterval, lease: lease)
      }
    return DeliveryLoop(
      source, policy: try DeliveryPolicy(trigger, workers: workers, environment: environment), workers: workers,
      environment: environment)
  }
}
