import FunctionKit
import NIOPosix
import Testing

@testable import TriggerRuntime

struct HTTPRouterTests {
  private struct NoTarget: HTTPRouteTarget {
    func handle(_ exchange: HTTPExchange, workerID: Int, deadline: Moment) async throws -> Response {
      .noContent
    }
  }

  private func router(_ routes: [(String, String)]) throws -> HTTPRouter {
    let pool = WorkerPool(
      limits: .init(numWorkers: 1, waitLimit: .zero, queueLimit: 0),
      eventLoop: MultiThreadedEventLoopGroup.singleton.any(),
      metrics: WorkerPoolMetrics(function: "f", trigger: "t", factory: PrometheusMetrics()))
    var router = HTTPRouter()
    for (method, path) in routes {
      let template = try HTTPPathTemplate(path)
      let route = HTTPRoute(
        method: method, path: template, maxBodyBytes: 1, timeout: .seconds(1), target: NoTarget(), pool: pool,
        origin: "origin of \(path)", metrics: PrometheusMetrics())
      try router.add(route, path: template)
    }
    return router
  }

  /// The template and the values, `405 …` or `404`.
  private func find(_ router: HTTPRouter, _ method: String, _ path: String) -> String {
    let bytes = Array(path.utf8)
    switch router.match(method: method, in: bytes, path: bytes.indices) {
    case .route(let route, let values):
      return ([route.template] + values.map { String(decoding: bytes[$0], as: UTF8.self) }).joined(separator: " ")
    case .methodNotAllowed(let allowed): return "405 " + allowed.joined(separator: ",")
    case .notFound: return "404"
    }
  }

  @Test func findsRoutes() throws {
    let router = try router([
      ("GET", "/"), ("GET", "/v1/rides"), ("POST", "/v1/rides"), ("GET", "/v1/rides/{id}"),
      ("GET", "/v1/rides/active"), ("POST", "/v1/rides/{id}/cancel"), ("GET", "/v1/zones/{cell}/load"),
      ("GET", "/v1/zones/load"),
    ])
    #expect(find(router, "GET", "/") == "/")
    #expect(find(router, "POST", "/v1/rides") == "/v1/rides")
    #expect(find(router, "GET", "/v1/rides/7") == "/v1/rides/{id} 7")
    #expect(find(router, "GET", "/v1/rides/active") == "/v1/rides/active")
    #expect(find(router, "POST", "/v1/rides/active/cancel") == "/v1/rides/{id}/cancel active")
    #expect(find(router, "GET", "/v1/zones/load/load") == "/v1/zones/{cell}/load load")
    #expect(find(router, "HEAD", "/v1/zones/load") == "/v1/zones/load")
    #expect(find(router, "DELETE", "/v1/rides") == "405 GET,HEAD,OPTIONS,POST")
    #expect(find(router, "HEAD", "/v1/rides/7/cancel") == "405 OPTIONS,POST")
    for path in ["/v1", "/v1/", "/v1/rides/", "/v1/rides/7/", "/v1/rides/7/cancel/x", "//", "*", "/V1/rides"] {
      #expect(find(router, "GET", path) == "404", "\(path)")
    }
  }

  @Test func refusesConflicts() throws {
    #expect(throws: SetupError.self) { try router([("GET", "/a/{x}"), ("GET", "/a/{y}")]) }
    #expect(throws: SetupError.self) { try router([("GET", "/a"), ("GET", "/a")]) }
    _ = try router([("GET", "/a/{x}"), ("POST", "/a/{y}"), ("GET", "/a/{x}/b")])
  }

  @Test(arguments: ["a", "", "/a b", "/a?b", "/{", "/{}", "/x{a}", "/{a}/{a}", "/{a{b}}", "/a#b"])
  func refusesTemplates(text: String) {
    #expect(throws: SetupError.self) { try HTTPPathTemplate(text) }
  }
}
