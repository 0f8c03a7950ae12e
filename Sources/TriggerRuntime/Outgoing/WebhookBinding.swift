package import CoreMetrics
public import FunctionKit

/// Data bindings of class `webhook`: an `EventPublisher` whose events go to a URL.
///
/// Attributes: `mode` (`binary`, `structured` or `batched`; binary by default), `secret` (the bearer token), `origin` (asks the
/// receiver's permission at start as this DNS name), `attempts` (1 to 10; 3), `timeout` (`5s`).
public struct WebhookBinding: DataBinding {
  private let metrics: (any MetricsFactory)?

  /// Creates the binding.
  public init() { metrics = nil }

  /// Creates the binding.
  /// - Parameter metrics: who keeps how long deliveries take.
  package init(metrics: any MetricsFactory) { self.metrics = metrics }

  /// `webhook`.
  public var bindingClass: String { "webhook" }

  /// Opens a publisher; asks for permission where the binding names an origin.
  public func open(name: String, _ specification: DataBindingSpecification) async throws -> any Sendable {
    let known = ["mode", "secret", "origin", "attempts", "timeout"]
    let attributes = specification.attributes
    for attribute in attributes.keys.sorted() where !known.contains(attribute) {
      throw SetupError(
        "data binding \(name): attributes.\(attribute) is unknown; \(Suggestion.sentence(for: attribute, in: known))")
    }
    guard let text = specification.url else { throw SetupError("data binding \(name): url is missing") }
    guard let mode = CloudEventsMode(rawValue: attributes["mode"] ?? "binary") else {
      throw SetupError("data binding \(name): mode must be binary, structured or batched")
    }
    guard let attempts = Int(attributes["attempts"] ?? "3"), (1...10).contains(attempts) else {
      throw SetupError("data binding \(name): attempts must be from 1 to 10")
    }
    guard let timeout = DurationText.parse(attributes["timeout"] ?? "5s"), timeout > .zero else {
      throw SetupError("data binding \(name): timeout must be a duration such as 5s")
    }
    let publisher = WebhookPublisher(
      url: try OutgoingURL(text), mode: mode, token: attributes["secret"], attempts: attempts, timeout: timeout,
      metrics: WebhookMetrics(binding: name, factory: metrics ?? MetricsSystem.factory))
    if let origin = attributes["origin"] { try await publisher.shakeHands(origin: origin) }
    return publisher
  }
}
