public import FunctionKit
import TriggerRuntime

/// Data bindings of class `alerts`: a webhook where somebody named one, else stdout.
public struct AlertBinding: DataBinding {
  private let url: String?

  /// Creates the binding.
  /// - Parameter url: where alerts are posted in CloudEvents' structured mode; nil prints them.
  public init(url: String?) { self.url = url }

  /// `alerts`.
  public var bindingClass: String { "alerts" }

  /// Opens a publisher.
  public func open(name: String, _ specification: DataBindingSpecification) async throws -> any Sendable {
    guard let url else { return AlertPrinter() }
    return try await WebhookBinding().open(
      name: name, DataBindingSpecification(bindingClass: "webhook", url: url, attributes: ["mode": "structured"]))
  }
}

/// Prints alerts as CloudEvents in JSON, a line each.
struct AlertPrinter: EventPublisher {
  func publish(_ events: [Event], to topic: String) async throws {
    for event in events { print(String(decoding: CloudEventsJSON.encode(event), as: UTF8.self)) }
  }
}
