/// Where events go that others are to handle.
public protocol EventPublisher: Sendable {
  /// Hands events over, durably, in their order.
  /// - Parameters:
  ///   - events: what happened.
  ///   - topic: the stream's name, for example `rides`.
  /// - Throws: where they could not be kept; then none or some were, and the caller publishes all of them again.
  func publish(_ events: [Event], to topic: String) async throws
}
