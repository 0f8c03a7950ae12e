import FunctionKit

/// Reads what a trigger promises about each event, and the retry policies of a function.
enum DeliveryReader {
  /// Reads the fields of a trigger that are about delivery.
  static func delivery(_ fields: [String: SpecificationCursor]) -> DeliverySpecification {
    var delivery = DeliverySpecification()
    if let field = fields["delivery"], let text = field.string() {
      delivery.guarantee = DeliverySpecification.Guarantee(rawValue: text)
      if delivery.guarantee == nil {
        let known = DeliverySpecification.Guarantee.allCases.map(\.rawValue)
        field.report("unknown guarantee \(text); \(Suggestion.sentence(for: text, in: known))")
      }
    }
    if let field = fields["deduplicationSeconds"], let seconds = field.integer(in: 1...31_536_000) {
      delivery.deduplication = .seconds(seconds)
      if delivery.guarantee != .effectivelyOnce { field.report("means something with delivery: effectivelyOnce only") }
    }
    if let field = fields["retry"] {
      if field.isMap {
        if let policy = policy(field) { delivery.retry = .own(policy) }
      } else if let name = field.name() {
        delivery.retry = .named(name)
      }
    }
    delivery.maxAttempts = fields["maxAttempts"]?.integer(in: 1...1_000)
    delivery.hasDeadLetters = fields["deadLetter"]?.boolean() ?? true
    if delivery.guarantee == .atMostOnce {
      for name in ["retry", "maxAttempts"] {
        fields[name]?.report("has no meaning with delivery: atMostOnce, which never tries again")
      }
    }
    return delivery
  }

  /// Reads a retry policy.
  static func policy(_ cursor: SpecificationCursor) -> RetryPolicy? {
    let fields = cursor.fields(["policy", "duration", "maxInterval", "maxAttempts"])
    var policy = RetryPolicy()
    if let field = fields["policy"], let text = field.string() {
      if let growth = RetryPolicy.Growth(rawValue: text) {
        policy.growth = growth
      } else {
        field.report("expected constant or exponential, found \"\(text)\"")
      }
    }
    if let duration = fields["duration"]?.duration() { policy.delay = duration }
    policy.longestDelay = max(policy.longestDelay, policy.delay)
    if let field = fields["maxInterval"], let duration = field.duration() {
      policy.longestDelay = duration
      if policy.growth == .constant { field.report("means something with policy: exponential only") }
      if duration < policy.delay { field.report("must not be shorter than duration") }
    }
    policy.maxAttempts = fields["maxAttempts"]?.integer(in: 1...1_000) ?? policy.maxAttempts
    return policy
  }
}
