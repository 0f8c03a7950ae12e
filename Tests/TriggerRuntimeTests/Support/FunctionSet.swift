import FunctionKit
import Logging
import Testing

@testable import TriggerRuntime

/// Several functions made of closures on one server.
struct FunctionSet {
  typealias Body = @Sendable (Event, Context) async throws -> Response

  var functions: [(yaml: String, body: Body)] = []
  var http = HTTPServerConfiguration(address: .tcp(host: "127.0.0.1", port: 0))
  var metrics = PrometheusMetrics()
  var configuration = RuntimeConfiguration()
  var streams: (any EventStreamSource)?
  var routes: [(method: String, path: String, handler: RouteHandler)] = []

  /// Adds a function that takes events.
  mutating func add(_ name: String, types: String? = nil, trigger: String = "", _ body: @escaping Body) {
    let yaml = """
      kind: NuclioFunction
      metadata: {name: \(name)}
      spec:
        handler: \(name)
        triggers:
          events:
            kind: http
            numWorkers: 2
            \(trigger)
            attributes:
              mode: cloudevents
              \(types.map { "types: \($0)" } ?? "")
              ingresses: {main: {paths: ["/v1/events"], methods: [POST]}}
      """
    functions.append((yaml, body))
  }

  func makeRuntime() throws -> TriggerRuntime {
    var registry = FunctionRegistry()
    let specifications = try functions.map { yaml, body in
      let specification = try SpecificationReader(environment: [:]).read(yaml, file: "function.yaml")
      registry.register(specification.handler) { ClosureFunction($0, body) }
      return specification
    }
    let server = HTTPServer(configuration: http, logger: Harness.logger, metrics: metrics)
    for route in routes { try server.route(route.method, route.path, handler: route.handler) }
    return TriggerRuntime(
      functions: specifications, registry: registry, http: server, stores: TriggerStores(streams: streams),
      configuration: configuration,
      logger: Harness.logger, metrics: metrics)
  }

  /// Runs the functions while `body` runs.
  func run<T: Sendable>(while body: @escaping @Sendable (RunningRuntime) async throws -> T) async throws -> T {
    try await Harness.run(try makeRuntime(), while: body)
  }
}

extension RunningRuntime {
  /// The server's URL.
  var url: String {
    guard let port = runtime.http?.boundPort else { return "" }
    return "http://127.0.0.1:\(port)"
  }

  /// Posts a message of events.
  func post(
    _ message: CloudEventsMessage, path: String = "/v1/events", headers: [(name: String, value: String)] = []
  ) async throws -> OutgoingReply {
    try await OutgoingHTTPClient().send(
      "POST", try OutgoingURL(url + path),
      headers: message.headers + headers + (message.contentType.map { [("content-type", $0)] } ?? []),
      body: message.body, timeout: .seconds(20))
  }
}

extension OutgoingReply {
  var text: String { String(decoding: body, as: UTF8.self) }
}
