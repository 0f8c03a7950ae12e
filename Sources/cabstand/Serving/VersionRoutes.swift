import FunctionKit
import TriggerRuntime

/// How traffic is shared among the versions of functions, to be changed while they run.
struct VersionRoutes: Sendable {
  let runtime: TriggerRuntime

  /// Registers the routes.
  func register(on server: HTTPServer) throws {
    let runtime = runtime
    try server.route("GET", "/admin/functions/{name}/versions") { request in
      let name = request.info.parameters["name"] ?? ""
      guard let report = runtime.versionReport(name) else { throw Self.unknown(name) }
      return Self.answer(report)
    }
    try server.route("PUT", "/admin/functions/{name}/versions/{version}") { request in
      let (name, version) = Self.names(request)
      let body = try Self.document(request.body)
      if let other = body.members.keys.filter({ !["weight", "url", "mode", "timeoutMilliseconds"].contains($0) }).min()
      {
        throw FunctionError(.badInput, code: "unknownField", "There is no field \(other).", field: other)
      }
      let remote = try Self.remote(body)
      let weight = body["weight"]?.double
      guard weight != nil || remote != nil else {
        throw FunctionError(.badInput, code: "missingField", "Expected {\"weight\": 20}.", field: "weight")
      }
      if let weight, !(0...100).contains(weight) {
        throw FunctionError(.badInput, code: "weightOutOfRange", "weight must be from 0 to 100.", field: "weight")
      }
      return Self.answer(try await runtime.setWeight(of: name, version: version, percent: weight, remote: remote))
    }
    try server.route("POST", "/admin/functions/{name}/versions/{version}/promote") { request in
      let (name, version) = Self.names(request)
      return Self.answer(try await runtime.promote(name, version: version))
    }
    try server.route("POST", "/admin/functions/{name}/rollback") { request in
      let reason = request.body.isEmpty ? nil : try Self.document(request.body)["reason"]?.text
      let name = request.info.parameters["name"] ?? ""
      return Self.answer(try await runtime.rollBack(name, reason: reason ?? "by hand"))
    }
  }

  private static func names(_ request: HTTPRouteRequest) -> (String, String) {
    (request.info.parameters["name"] ?? "", request.info.parameters["version"] ?? "")
  }

  private static func document(_ body: [UInt8]) throws -> JSONValue {
    do {
      return try JSONValue(parsing: body)
    } catch {
      throw FunctionError(.badInput, code: "malformedJSON", "The body is no JSON: \(error).")
    }
  }

  private static func remote(_ body: JSONValue) throws -> RemoteVersion? {
    guard let url = body["url"]?.text else { return nil }
    var remote = RemoteVersion(url: url)
    if let text = body["mode"]?.text {
      guard let mode = CloudEventsMode(rawValue: text), mode != .batched else {
        throw FunctionError(.badInput, code: "unknownMode", "mode must be binary or structured.", field: "mode")
      }
      remote.mode = mode
    }
    if let milliseconds = body["timeoutMilliseconds"]?.integer {
      guard (1...86_400_000).contains(milliseconds) else {
        throw FunctionError(
          .badInput, code: "timeoutOutOfRange", "timeoutMilliseconds must be from 1 to 86400000.",
          field: "timeoutMilliseconds")
      }
      remote.timeout = .milliseconds(milliseconds)
    }
    guard url.hasPrefix("http://") else {
      throw FunctionError(.badInput, code: "malformedURL", "url must be http://host:port/path.", field: "url")
    }
    return remote
  }

  private static func answer(_ report: VersionReport) -> Response { .json(JSONWriter.bytes { report.write(&$0) }) }

  private static func unknown(_ name: String) -> FunctionError {
    FunctionError(.notFound, code: "unknownFunction", "No function is named \(name).")
  }
}

extension JSONValue {
  /// The members of an object; none of anything else.
  var members: [String: JSONValue] {
    if case .object(let members) = self { members } else { [:] }
  }
}
