import Foundation
import FunctionKit
import NetflowFunctions
import TriggerRuntime

/// Prints alerts as CloudEvents in JSON, a line each, where no webhook is named.
struct AlertPrinter: EventPublisher {
  func publish(_ events: [Event], to topic: String) async throws {
    for event in events { print(String(decoding: CloudEventsJSON.encode(event), as: UTF8.self)) }
  }
}

/// Data bindings of class `alerts`: a webhook where NETFLOW_ALERTS names one, else stdout.
struct AlertBinding: DataBinding {
  let url: String?
  var bindingClass: String { "alerts" }

  func open(name: String, _ specification: DataBindingSpecification) async throws -> any Sendable {
    guard let url else { return AlertPrinter() }
    return try await WebhookBinding().open(
      name: name, DataBindingSpecification(bindingClass: "webhook", url: url, attributes: ["mode": "structured"]))
  }
}

@main
struct Main {
  static func main() async throws {
    var registry = FunctionRegistry()
    registry.register(CollectFlows.self, as: "CollectFlows")
    registry.register(PredictOverload.self, as: "PredictOverload")
    let environment = ProcessInfo.processInfo.environment
    let port = environment["NETFLOW_PORT"].flatMap { Int($0) } ?? 8090
    var configuration = FunctionHost.Configuration(
      http: HTTPServerConfiguration(address: .tcp(host: "127.0.0.1", port: port)))
    configuration.environment = environment
    configuration.bindings = [AlertBinding(url: environment["NETFLOW_ALERTS"])]
    let host = try FunctionHost(
      functions: [
        ("collect-flows.yaml", String(decoding: CollectFlows.specification, as: UTF8.self)),
        ("predict-overload.yaml", String(decoding: PredictOverload.specification, as: UTF8.self)),
      ], registry: registry, configuration: configuration)
    try await host.run()
  }
}
