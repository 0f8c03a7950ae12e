/// A function's interest in events that come to a path.
struct EventSubscription: Sendable {
  /// Which types it takes.
  let types: EventTypePatterns
  let workers: TriggerWorkers
  /// The largest body in bytes.
  let maxBodyBytes: Int
}
