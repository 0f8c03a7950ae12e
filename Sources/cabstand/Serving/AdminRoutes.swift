import FunctionKit
import Logging
import TriggerRuntime

/// The routes of the server itself: health, metrics, the interface's description, clock and functions.
struct AdminRoutes: Sendable {
  let runtime: TriggerRuntime
  let metrics: PrometheusMetrics
  let clock: ClockRoutes
  let logs: FunctionLogs
  var siblings: Siblings?

  /// Registers the routes.
  func register(on server: HTTPServer) throws {
    try server.route("GET", "/healthz") { _ in runtime.liveness().response }
    try server.route("GET", "/readyz") { _ in await runtime.readiness().response }
    try server.route("GET", "/metrics") { _ in
      Response(contentType: "text/plain; version=0.0.4; charset=utf-8", body: .bytes(await allMetrics()))
    }
    try server.route("GET", "/openapi.json") { _ in .json(OpenAPIDocument.bytes) }
    try server.route("GET", "/admin/clock") { _ in clock.show() }
    try server.route("PUT", "/admin/clock") { request in try await clock.set(request.body) }
    try server.route("GET", "/admin/functions") { _ in .json(functions()) }
    try LogLevelRoutes(logs: logs, siblings: siblings).register(on: server)
  }

  /// The metrics of all processes of this server.
  private func allMetrics() async -> [UInt8] {
    let own = metrics.render()
    guard let siblings else { return own }
    return PrometheusSum.of([own] + (await siblings.ask("GET", "/metrics")))
  }

  private func functions() -> [UInt8] {
    let levels = Dictionary(uniqueKeysWithValues: logs.levels().map { ($0.function, $0) })
    return JSONWriter.bytes { json in
      json.object { json in
        json.key("functions")
        json.array { json in
          for function in runtime.functions.sorted(by: { $0.name < $1.name }) {
            json.object { json in
              json.member("name", function.name)
              json.member("version", function.version)
              json.member("handler", function.handler)
              json.member("description", function.description)
              if let report = runtime.versionReport(function.name), report.versions.count > 1 {
                json.key("versions")
                json.array { json in
                  for version in report.versions {
                    json.object { json in
                      json.member("version", version.name)
                      json.member("weight", version.weight)
                    }
                  }
                }
              }
              if let level = levels[function.name] { json.member("logLevel", level.level.rawValue) }
              json.key("triggers")
              json.array { json in
                for (name, trigger) in function.triggers.sorted(by: { $0.key < $1.key }) {
                  json.object { json in
                    json.member("name", name)
                    json.member("kind", trigger.kind)
                    json.member("numWorkers", trigger.numWorkers)
                  }
                }
              }
            }
          }
        }
      }
    }
  }
}
