import FunctionKit

/// What a trigger promises about its events, with every name resolved.
struct DeliveryPolicy: Sendable {
  let guarantee: DeliverySpecification.Guarantee
  let deduplication: Duration
  let retry: RetryPolicy
  let hasDeadLetters: Bool
  let batchSize: Int
  let batchTimeout: Duration
  /// How many lanes keys share; nil gives every key its own.
  let partitions: Int?

  /// Resolves the policy of a trigger.
  /// - Throws: `SetupError` where it names a retry policy that nobody knows.
  init(
    _ trigger: TriggerSpecification, workers: TriggerWorkers, environment: TriggerEnvironment, partitions: Int? = nil
  ) throws {
    let delivery = trigger.delivery
    guarantee = delivery.guarantee ?? .atLeastOnce
    deduplication = delivery.deduplication
    var retry: RetryPolicy
    switch delivery.retry {
    case .own(let policy): retry = policy
    case .named(let name):
      let known = RetryPolicy.builtIn.merging(environment.configuration.retryPolicies) { $1 }
        .merging(environment.configuration.resilience.retries) { $1 }
        .merging(workers.function.specification.retries) { $1 }
      guard let policy = known[name] else {
        throw SetupError(
          "\(trigger.places.prefix("retry"))\(workers.origin): unknown retry policy \(name); "
            + Suggestion.sentence(for: name, in: known.keys))
      }
      retry = policy
    }
    if let maxAttempts = delivery.maxAttempts { retry.maxAttempts = maxAttempts }
    self.retry = retry
    hasDeadLetters = delivery.hasDeadLetters
    batchSize = trigger.batch?.batchSize ?? 1
    batchTimeout = trigger.batch?.timeout ?? .zero
    self.partitions = partitions
    if guarantee == .effectivelyOnce, environment.stores.deduplication == nil {
      throw SetupError(
        "\(trigger.places.prefix("delivery"))\(workers.origin): the runtime has nothing to remember handled events with"
      )
    }
  }

  /// The lane of a delivery: events of one lane are never handled at the same time.
  func lane(of delivery: Delivery) -> String { Self.lane(of: delivery, partitions: partitions) }

  /// The lane of a delivery, where keys share so many; nil gives every key its own.
  static func lane(of delivery: Delivery, partitions: Int?) -> String {
    guard let key = delivery.event.extensions["partitionkey"] ?? delivery.event.subject else {
      // Nothing to be in order with.
      return "entry " + delivery.id
    }
    guard let partitions else { return "key " + key }
    // FNV-1a: the same in every process, unlike Swift's own hashes.
    let hash = key.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    return "partition \(hash % UInt64(partitions))"
  }
}
