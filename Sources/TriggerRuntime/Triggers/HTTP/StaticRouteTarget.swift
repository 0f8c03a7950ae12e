import FunctionKit
import Logging

/// A route that was registered in code.
struct StaticRouteTarget: HTTPRouteTarget {
  let handler: RouteHandler
  let logger: Logger

  func handle(_ exchange: HTTPExchange, workerID: Int, deadline: Moment) async throws -> Response {
    let request = HTTPRouteRequest(
      info: try exchange.requestInfo(), body: exchange.body, caller: try CallerHeader.caller(of: exchange.head),
      id: exchange.id)
    do {
      return try await handler(request)
    } catch {
      if !(error is FunctionError), !(error is CancellationError) {
        logger.error(
          "a route failed",
          metadata: [
            "route": .string(exchange.route.template), "request": .string(exchange.id),
            "error": .string(String(reflecting: error)),
          ])
      }
      throw error
    }
  }
}
