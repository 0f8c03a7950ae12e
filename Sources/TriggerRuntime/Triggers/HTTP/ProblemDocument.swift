import FunctionKit

/// An RFC 9457 problem document.
struct ProblemDocument: Sendable {
  /// The HTTP status.
  var status: Int
  /// The stable, machine-readable code; the document's type is made of it.
  var code: String
  /// What happened this time, for people.
  var detail: String
  /// The field at fault.
  var field: String?
  /// The path of the request.
  var instance: String?
  /// The id under which the log knows the request.
  var requestID: String?
  /// Further header fields.
  var headers: [(name: String, value: String)] = []

  /// The problem that a failure is; never tells what is inside.
  init(_ error: any Error) {
    switch error {
    case let error as FunctionError:
      self.init(status: error.status, code: error.code, detail: error.message, field: error.field)
    case let error as InvocationError:
      self.init(status: error.status, code: error.rawValue, detail: error.detail)
    case let error as HTTPParseError:
      self.init(status: error.status, code: error.code, detail: error.detail)
    case is CancellationError:
      self.init(status: 503, code: "cancelled", detail: "the request was cancelled before it was done")
    default:
      self.init(status: 500, code: "internalError", detail: "the server failed; its log knows the request by its id")
    }
    if status == 429 || status == 503 { headers.append(("retry-after", "1")) }
  }

  /// A problem of its own.
  init(status: Int, code: String, detail: String, field: String? = nil) {
    self.status = status
    self.code = code
    self.detail = detail
    self.field = field
  }

  /// The answer that carries the document.
  func response() -> Response {
    let json = JSONWriter.bytes { json in
      json.object { json in
        json.member("type", "urn:cabstand:problem:\(code)")
        json.member("title", HTTPStatusText.reason(status))
        json.member("status", status)
        json.member("detail", detail)
        json.member("code", code)
        if let field { json.member("field", field) }
        if let instance { json.member("instance", instance) }
        if let requestID { json.member("requestId", requestID) }
      }
    }
    return Response(
      status: status, contentType: "application/problem+json", headers: headers, body: .bytes(json))
  }
}
