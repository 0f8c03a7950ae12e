import CoreMetrics
import FunctionKit
import NIOCore

/// A path that takes CloudEvents, with all who want some of them.
struct EventRoute: Sendable {
  let path: HTTPPathTemplate
  var subscriptions: [EventSubscription] = []

  init(path: HTTPPathTemplate) {
    self.path = path
  }

  /// The route: as generous as the most generous of its functions, each of which keeps its own limits.
  func makeRoute(
    _ configuration: HTTPServerConfiguration, eventLoop: any EventLoop, metrics: any MetricsFactory
  ) -> HTTPRoute {
    let limits = subscriptions.map(\.workers.pool.limits)
    // Whoever waits for a function's worker holds one of these.
    let places = limits.reduce(1) { min(65_536, $0 + min(65_536, $1.numWorkers) + min(65_536, max(0, $1.queueLimit))) }
    let pool = WorkerPool(
      limits: .init(numWorkers: places, waitLimit: .nanoseconds(1), queueLimit: 0), eventLoop: eventLoop,
      metrics: WorkerPoolMetrics(function: "runtime", trigger: "events", factory: metrics))
    return HTTPRoute(
      method: "POST", path: path, maxBodyBytes: subscriptions.map(\.maxBodyBytes).max() ?? configuration.maxBodyBytes,
      timeout: subscriptions.map(\.workers.function.specification.eventTimeout).max() ?? .seconds(20),
      target: EventRouteTarget(
        subscriptions: subscriptions, token: configuration.eventToken.map { Array($0.utf8) },
        allowsLogs: configuration.allowsInvocationLogs),
      pool: pool, origin: subscriptions.first.map { "function \($0.workers.function.name)" } ?? "nobody",
      metrics: metrics)
  }
}
