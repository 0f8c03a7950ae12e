/// What a trigger promises about each of its events.
public struct DeliverySpecification: Sendable, Equatable {
  /// How often an event takes effect.
  public enum Guarantee: String, Sendable, CaseIterable {
    /// Acknowledged before it is handled: a failure or a death loses it.
    case atMostOnce
    /// Acknowledged after it was handled or dead-lettered: a death may repeat it.
    case atLeastOnce
    /// At least once, and an event of the same `source` and `id` that was handled before is left out.
    case effectivelyOnce
  }

  /// Which policy says when to try again.
  public enum Retry: Sendable, Equatable {
    /// One of the function's, the runtime's or the built-in ones.
    case named(String)
    /// Its own.
    case own(RetryPolicy)
  }

  /// How often an event takes effect; nil is the kind's default.
  public var guarantee: Guarantee?
  /// How long a handled event is remembered, where duplicates are left out.
  public var deduplication: Duration = .seconds(86_400)
  /// When to try again.
  public var retry: Retry = .named("default")
  /// How often an event is tried in all; nil is as the policy says.
  public var maxAttempts: Int?
  /// Whether events that are given up go among the dead letters; otherwise they are counted, logged and gone.
  public var hasDeadLetters: Bool = true

  /// Creates the default: at least once, five attempts, dead letters.
  public init() {}
}
