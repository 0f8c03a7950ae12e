/// Why an event was given up.
public struct DeadLetterReason: Sendable, Hashable {
  /// The stable code of the last failure.
  public var code: String
  /// What happened, for people.
  public var message: String
  /// How often the event was tried.
  public var attempts: Int

  /// Creates a reason.
  /// - Parameters:
  ///   - code: the stable code of the last failure.
  ///   - message: what happened, for people.
  ///   - attempts: how often the event was tried.
  public init(code: String, message: String, attempts: Int) {
    self.code = code
    self.message = message
    self.attempts = attempts
  }
}
