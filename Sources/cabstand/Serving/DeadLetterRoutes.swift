import FunctionKit
import TriggerRuntime

/// Events that triggers gave up, over HTTP: what `cabstand dlq` does, for those who have no shell on the machine.
struct DeadLetterRoutes: Sendable {
  /// Most letters of one answer.
  static let page = 1...1_000

  let queue: any DeadLetterQueue

  /// Registers the routes.
  func register(on server: HTTPServer) throws {
    let queue = queue
    try server.route("GET", "/admin/dead-letters") { request in
      let filter = try Self.filter(query: request.info.query)
      let letters = try await queue.letters(filter)
      return .json(DeadLetterText.page(letters, next: letters.count == filter.limit ? letters.last?.id : nil))
    }
    try server.route("GET", "/admin/dead-letters/{id}") { request in
      let text = request.info.parameters["id"] ?? ""
      guard let id = Int64(text), let letter = try await queue.letters(DeadLetterFilter(ids: [id])).first else {
        throw FunctionError(.notFound, code: "unknownDeadLetter", "There is no dead letter \(text).", field: "id")
      }
      return .json(Array(DeadLetterText.json(letter).utf8))
    }
    try server.route("POST", "/admin/dead-letters/redrive") { request in
      Self.count("redriven", try await queue.redrive(try Self.filter(body: request.body)))
    }
    try server.route("POST", "/admin/dead-letters/purge") { request in
      Self.count("purged", try await queue.purge(try Self.filter(body: request.body)))
    }
  }

  private static func count(_ name: StaticString, _ count: Int) -> Response {
    .json(JSONWriter.bytes { json in json.object { json in json.member(name, count) } })
  }

  // MARK: Which are meant

  /// The letters that a query means.
  /// - Throws: `FunctionError` of kind `badInput`.
  static func filter(query: [String: String]) throws -> DeadLetterFilter {
    let known = ["function", "trigger", "since", "after", "limit"]
    if let other = query.keys.filter({ !known.contains($0) }).min() { throw unknown(other) }
    var filter = DeadLetterFilter(
      function: query["function"], trigger: query["trigger"], since: try query["since"].map(moment), limit: 100)
    if let text = query["after"] {
      guard let id = Int64(text), id >= 0 else { throw outOfRange("after", "a dead letter's number") }
      filter.after = id
    }
    if let text = query["limit"] {
      guard let limit = Int(text), page.contains(limit) else {
        throw outOfRange("limit", "from \(page.lowerBound) to \(page.upperBound)")
      }
      filter.limit = limit
    }
    return filter
  }

  /// The letters that the body of a change means; all of them only where it says so.
  /// - Throws: `FunctionError` of kind `badInput`.
  static func filter(body: [UInt8]) throws -> DeadLetterFilter {
    let document: JSONValue
    do {
      document = try JSONValue(parsing: body)
    } catch {
      throw FunctionError(.badInput, code: "malformedJSON", "The body is no JSON: \(error).")
    }
    let members = document.members
    let known = ["ids", "function", "trigger", "since", "all"]
    if let other = members.keys.filter({ !known.contains($0) }).min() { throw unknown(other) }
    var filter = DeadLetterFilter(
      function: try text(members, "function"), trigger: try text(members, "trigger"),
      since: try text(members, "since").map(moment))
    if let value = members["ids"] {
      let ids = value.elements?.map { $0.integer.map(Int64.init) }
      guard let ids, !ids.isEmpty, !ids.contains(nil) else {
        throw FunctionError(.badInput, code: "wrongType", "Expected ids to be an array of numbers.", field: "ids")
      }
      filter.ids = ids.compactMap(\.self)
    }
    guard filter != DeadLetterFilter() || members["all"] == .bool(true) else {
      throw FunctionError(
        .badInput, code: "missingField", "Name ids, function, trigger or since, or say {\"all\": true}.", field: "ids")
    }
    return filter
  }

  private static func text(_ members: [String: JSONValue], _ name: String) throws -> String? {
    guard let value = members[name] else { return nil }
    guard let text = value.text else {
      throw FunctionError(.badInput, code: "wrongType", "Expected \(name) to be a text.", field: name)
    }
    return text
  }

  private static func moment(_ text: String) throws -> EventTime {
    do {
      return try DeadLetterFlags.moment(text)
    } catch {
      throw FunctionError(
        .badInput, code: "badTime", "Expected since to be a time or a span up to now such as 90m, found \(text).",
        field: "since")
    }
  }

  private static func unknown(_ field: String) -> FunctionError {
    FunctionError(.badInput, code: "unknownField", "There is no field \(field).", field: field)
  }

  private static func outOfRange(_ field: String, _ expected: String) -> FunctionError {
    FunctionError(.badInput, code: "outOfRange", "Expected \(field) to be \(expected).", field: field)
  }
}
