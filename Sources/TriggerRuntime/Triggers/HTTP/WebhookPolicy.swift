/// Who may send events as a webhook, and how many (CloudEvents' HTTP 1.1 Web Hooks, section 4).
public struct WebhookPolicy: Sendable, Equatable {
  /// The origins that may send, as DNS names in lower case; `*` is everybody.
  public var allowedOrigins: Set<String>
  /// How many events a minute a sender may send; nil is any number.
  public var allowedRate: Int?

  /// Creates a policy.
  /// - Parameters:
  ///   - allowedOrigins: the origins that may send.
  ///   - allowedRate: how many events a minute.
  public init(allowedOrigins: Set<String>, allowedRate: Int? = nil) {
    self.allowedOrigins = Set(allowedOrigins.map { $0.lowercased() })
    self.allowedRate = allowedRate
  }

  func allows(_ origin: String) -> Bool {
    allowedOrigins.contains("*") || allowedOrigins.contains(origin.lowercased())
  }
}
