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
      trigger, origin: origin, known: ["ingresses", "maxRequestBodySize", "mode", "type", "types", "source"])
    let mode = Mode(rawValue: try reader.choice("mode", of: ["rest", "cloudevents"]) ?? "rest") ?? .rest
    let target = HTTPTriggerTarget(
      workers: workers, allowsLogs: server.configuration.allowsInvocationLogs,
      type: try reader.string("type") ?? "cabstand.http.requested.v1",
      source: try reader.string("source") ?? server.configuration.eventSource)
    guard !target.type.isEmpty, !target.source.isEmpty else {
      throw SetupError("\(origin): attributes type and source must not be empty")
    }
    let maxBodyBytes =
      try reader.integer("maxRequestBodySize", in: 0...(1 << 30)) ?? server.configuration.maxBodyBytes
    let types = try reader.strings("types")
    guard types == nil || mode == .cloudevents else {
      throw reader.wrong("types", "mode: cloudevents beside it, since other requests all have the same type")
    }
    guard let patterns = EventTypePatterns(types ?? ["*"]) else {
      throw reader.wrong("types", "types of events such as cabstand.driver.pinged.v1, com.example.* or *")
    }
    guard let ingresses = try reader.maps("ingresses", known: ["paths", "methods"]), !ingresses.isEmpty else {
      throw reader.missing("ingresses", "a map such as {main: {paths: [\"/v1/pings\"], methods: [POST]}}")
    }
    for (_, ingress) in ingresses {
      guard let paths = try ingress.strings("paths"), !paths.isEmpty else { throw ingress.missing("paths", "paths") }
      for method in try ingress.strings("methods") ?? ["POST"] {
        guard methods.contains(method) else { throw ingress.wrong("methods", methods.joined(separator: ", ")) }
        for path in paths {
          if mode == .cloudevents {
            guard method == "POST" else { throw ingress.wrong("methods", "POST, which carries events") }
            try server.subscribe(
              EventSubscription(types: patterns, workers: workers, maxBodyBytes: maxBodyBytes), path: path)
            continue
          }
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
