import FunctionKit
import TriggerRuntime

/// A recording of what functions see: begun, read and ended over HTTP, on all instances of the same stores.
struct RecordingRoutes: Sendable {
  let runtime: TriggerRuntime
  /// The regions that the server serves, for whoever runs the recording again.
  let regions: [String]

  /// How many lines one answer has at most.
  static let page = 2_000

  /// Registers the routes.
  func register(on server: HTTPServer) throws {
    let (runtime, regions) = (runtime, regions)
    try server.route("POST", "/admin/recording") { request in
      let order = try Self.order(request.body, runtime)
      try await runtime.startRecording(order)
      return .json(Self.answer(order, regions), status: 201)
    }
    try server.route("GET", "/admin/recording") { _ in
      guard let order = try await runtime.recordingOrder() else { throw Self.none() }
      return .json(Self.answer(order, regions))
    }
    try server.route("DELETE", "/admin/recording") { _ in
      try await runtime.stopRecording()
      return .noContent
    }
    try server.route("GET", "/admin/recording/{id}") { request in
      let id = request.info.parameters["id"] ?? ""
      let (_, dropped) = try await runtime.recordedLines(id, from: 0, limit: 0)
      return .json(
        JSONWriter.bytes { json in
          json.object { json in
            json.member("id", id)
            json.member("dropped", dropped)
          }
        })
    }
    try server.route("GET", "/admin/recording/{id}/lines") { request in
      let start = request.info.query["from"].flatMap { Int($0) } ?? 0
      guard start >= 0 else {
        throw FunctionError(.badInput, code: "outOfRange", "from must be 0 or more.", field: "from")
      }
      let id = request.info.parameters["id"] ?? ""
      let (lines, _) = try await runtime.recordedLines(id, from: start, limit: Self.page)
      var body: [UInt8] = []
      for line in lines {
        body += line
        body.append(0x0A)
      }
      return Response(contentType: "application/x-ndjson", body: .bytes(body))
    }
  }

  private static func order(_ body: [UInt8], _ runtime: TriggerRuntime) throws -> RecordingOrder {
    let document: JSONValue
    do {
      document = body.isEmpty ? .object([:]) : try JSONValue(parsing: body)
    } catch {
      throw FunctionError(.badInput, code: "malformedJSON", "The body is no JSON: \(error).")
    }
    let functions = (document["functions"]?.elements ?? []).compactMap(\.text)
    let known = Set(runtime.functions.map(\.name))
    if let unknown = functions.first(where: { !known.contains($0) }) {
      throw FunctionError(
        .notFound, code: "unknownFunction", "No function is named \(unknown).", field: "functions")
    }
    let maxEvents = document["maxEvents"]?.integer ?? 10_000
    let seconds = document["seconds"]?.integer ?? 60
    let longest = Int(RecordingOrder.maxDuration.components.seconds)
    guard (1...RecordingOrder.maxEvents).contains(maxEvents), (1...longest).contains(seconds) else {
      throw FunctionError(
        .badInput, code: "outOfRange",
        "maxEvents must be from 1 to \(RecordingOrder.maxEvents), seconds from 1 to \(longest).", field: "maxEvents")
    }
    let redact = document["redact"]?.elements.map { $0.compactMap(\.text) } ?? Redaction.usual
    return RecordingOrder(
      id: String(UInt64.random(in: .min ... .max), radix: 36), functions: Set(functions), maxEvents: maxEvents,
      end: AdjustableClock.systemNow().advanced(by: .seconds(seconds)), redaction: Redaction(redact))
  }

  private static func answer(_ order: RecordingOrder, _ regions: [String]) -> [UInt8] {
    JSONWriter.bytes { json in
      json.object { json in
        json.key("recording")
        json.json(order.json())
        json.key("regions")
        json.array { json in for region in regions { json.value(region) } }
      }
    }
  }

  private static func none() -> FunctionError {
    FunctionError(.notFound, code: "noRecording", "Nobody records at present.")
  }
}
