import CoreMetrics
import FunctionKit

/// Registers the routes of an http trigger.
enum HTTPTrigger {
  /// How a request becomes events.
  enum Mode: String {
    /// One event, made by the runtime.
    case rest
    /// What the client says, in one of CloudEvents' content modes.
    case cloudevents
  }

  private static let methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]

  /// Registers the routes.
  /// - Throws: `SetupError` where an attribute is wrong or a path is taken.
  static func register(
    _ trigger: TriggerSpecification, workers: TriggerWorkers, server: HTTPServer, metrics: any MetricsFactory
  ) throws {
    let origin = "trigger \(workers.trigger.name) of function \(workers.function.name)"
    let reader = try AttributeReader(
      trigger, origin: origin, known: ["ingresses", "maxRequestBodySize", "mode", "type", "source"])
    let mode = Mode(rawValue: try reader.choice("mode", of: ["rest", "cloudevents"]) ?? "rest") ?? .rest
    let target = HTTPTriggerTarget(
      workers: workers, mode: mode, type: try reader.string("type") ?? "cabstand.http.requested.v1",
      source: try reader.string("source") ?? server.configuration.eventSource)
    guard !target.type.isEmpty, !target.source.isEmpty else {
      throw SetupError("\(origin): attributes type and source must not be empty")
    }
    let maxBodyBytes =
      try reader.integer("maxRequestBodySize", in: 0...(1 << 30)) ?? server.configuration.maxBodyBytes
    guard let ingresses = try reader.maps("ingresses", known: ["paths", "methods"]), !ingresses.isEmpty else {
      throw reader.missing("ingresses", "a map such as {main: {paths: [\"/v1/pings\"], methods: [POST]}}")
    }
    for (_, ingress) in ingresses {
      guard let paths = try ingress.strings("paths"), !paths.isEmpty else { throw ingress.missing("paths", "paths") }
      for method in try ingress.strings("methods") ?? ["POST"] {
        guard methods.contains(method) else { throw ingress.wrong("methods", methods.joined(separator: ", ")) }
        for path in paths {
          let template = try HTTPPathTemplate(path)
          let route = HTTPRoute(
            method: method, path: template, maxBodyBytes: maxBodyBytes,
            timeout: workers.function.specification.eventTimeout, target: target, pool: workers.pool, origin: origin,
            metrics: metrics)
          try server.add(route, path: template)
        }
      }
    }
  }
}
