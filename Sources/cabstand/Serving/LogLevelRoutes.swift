import FunctionKit
import Logging
import TriggerRuntime

/// The levels of functions' logs, to be changed while they run.
struct LogLevelRoutes: Sendable {
  let logs: FunctionLogs
  /// Other processes of this server, which follow; nil where there are none or they are told already.
  var siblings: Siblings?

  /// Registers the routes.
  func register(on server: HTTPServer) throws {
    try server.route("GET", "/admin/functions/{name}/log-level") { request in
      .json(try answer(Self.name(request)))
    }
    try server.route("PUT", "/admin/functions/{name}/log-level") { request in
      let name = Self.name(request)
      let level = try Self.level(request.body)
      guard logs.setLevel(level, of: name) else { throw Self.unknown(name) }
      _ = await siblings?.ask("PUT", "/admin/functions/\(name)/log-level", request.body)
      return .json(try answer(name))
    }
    try server.route("DELETE", "/admin/functions/{name}/log-level") { request in
      let name = Self.name(request)
      guard logs.setLevel(nil, of: name) else { throw Self.unknown(name) }
      _ = await siblings?.ask("DELETE", "/admin/functions/\(name)/log-level")
      return .json(try answer(name))
    }
  }

  private static func name(_ request: HTTPRouteRequest) -> String { request.info.parameters["name"] ?? "" }

  private static func level(_ body: [UInt8]) throws -> Logger.Level {
    let document: JSONValue
    do {
      document = try JSONValue(parsing: body)
    } catch {
      throw FunctionError(.badInput, code: "malformedJSON", "The body is no JSON: \(error).")
    }
    guard let text = document["level"]?.text else {
      throw FunctionError(.badInput, code: "missingField", "Expected {\"level\": \"debug\"}.", field: "level")
    }
    guard let level = Logger.Level(name: text) else {
      let known = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
      throw FunctionError(
        .badInput, code: "unknownLevel", "Expected one of \(known), found \(text).", field: "level")
    }
    return level
  }

  private static func unknown(_ name: String) -> FunctionError {
    FunctionError(.notFound, code: "unknownFunction", "No function is named \(name).")
  }

  private func answer(_ name: String) throws -> [UInt8] {
    guard let level = logs.levels().first(where: { $0.function == name }) else { throw Self.unknown(name) }
    return JSONWriter.bytes { json in
      json.object { json in
        json.member("function", level.function)
        json.member("level", level.level.rawValue)
        json.member("overridden", level.isOverridden)
      }
    }
  }
}
