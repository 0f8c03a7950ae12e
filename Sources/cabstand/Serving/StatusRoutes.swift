import FunctionKit
import TriggerRuntime

/// What `cabstand status` shows of the runtime.
struct StatusRoutes: Sendable {
  let runtime: TriggerRuntime
  let server: HTTPServer
  let statistics: InvocationStatistics
  let logs: FunctionLogs
  let stores: StoreSet
  private let start = ContinuousClock.now

  init(
    runtime: TriggerRuntime, server: HTTPServer, statistics: InvocationStatistics, logs: FunctionLogs, stores: StoreSet
  ) {
    self.runtime = runtime
    self.server = server
    self.statistics = statistics
    self.logs = logs
    self.stores = stores
  }

  /// Registers the routes.
  func register(on server: HTTPServer) throws {
    try server.route("GET", "/admin/status") { _ in .json(status(storeTrouble: await stores.trouble())) }
  }

  private func status(storeTrouble: String?) -> [UInt8] {
    let versions = Dictionary(
      runtime.functions.map { ($0.name, $0.version) }, uniquingKeysWith: { first, _ in first })
    return JSONWriter.bytes(capacity: 16 << 10) { json in
      json.object { json in
        json.member("uptimeSeconds", Self.rounded((ContinuousClock.now - start) / .seconds(1)))
        json.member("windowSeconds", Self.rounded(statistics.windowSeconds))
        json.key("http")
        json.object { json in
          json.member("connections", server.connectionCount)
          json.member("openStreams", server.openStreamCount)
          json.member("inFlight", server.inFlightCount)
          json.member("maxInFlight", server.configuration.maxInFlight)
        }
        json.key("stores")
        json.object { json in
          json.member("redis", stores.redisURL == nil ? "memory" : "connected")
          json.member("postgres", stores.postgresURL == nil ? "memory" : "connected")
          json.member("trouble", storeTrouble)
        }
        json.member("lostLogLines", logs.lostCount)
        json.key("triggers")
        json.array { json in
          for trigger in runtime.triggerStatus() { write(trigger, version: versions[trigger.function] ?? "", &json) }
        }
      }
    }
  }

  private func write(_ trigger: TriggerStatus, version: String, _ json: inout JSONWriter) {
    let summary = statistics.summary(function: trigger.function, trigger: trigger.trigger)
    json.object { json in
      json.member("function", trigger.function)
      json.member("version", version)
      json.member("trigger", trigger.trigger)
      json.member("kind", trigger.kind)
      json.member("numWorkers", trigger.numWorkers)
      json.member("inFlight", trigger.inFlight)
      json.member("waiting", trigger.waiting)
      json.member("overdue", trigger.overdue)
      json.member("trouble", trigger.trouble)
      json.member("count", summary.count)
      json.member("perSecond", Self.rounded(summary.perSecond))
      json.member("failedShare", summary.failedShare)
      json.member("rejectedShare", summary.rejectedShare)
      json.key("p50Seconds")
      if let seconds = summary.p50Seconds { json.value(seconds) } else { json.null() }
      json.key("p99Seconds")
      if let seconds = summary.p99Seconds { json.value(seconds) } else { json.null() }
    }
  }

  private static func rounded(_ value: Double) -> Double { (value * 1_000).rounded() / 1_000 }
}
