import Foundation
import FunctionKit
import NetflowBindings
import NetflowFunctions
import TriggerRuntime

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
    let rates = RatesBinding(redis: environment["NETFLOW_REDIS"])
    configuration.bindings = [AlertBinding(url: environment["NETFLOW_ALERTS"]), rates]
    configuration.services = [rates]
    let host = try FunctionHost(
      functions: [
        ("collect-flows.yaml", String(decoding: CollectFlows.specification, as: UTF8.self)),
        ("predict-overload.yaml", String(decoding: PredictOverload.specification, as: UTF8.self)),
      ], registry: registry, configuration: configuration)
    try await host.run()
  }
}
