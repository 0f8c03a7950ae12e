import FunctionKit
import Replay
import Testing

/// An answer as it came over the wire.
struct RawReply: Sendable {
  var status: Int
  /// Header fields, names in lower case.
  var headers: [String: String]
  var body: [UInt8]

  var json: JSONValue? { try? JSONValue(parsing: body) }
  var text: String { String(decoding: body, as: UTF8.self) }

  /// Cuts what came into answers; each has a content-length, as all do that are no streams.
  static func all(in bytes: [UInt8]) throws -> [RawReply] {
    var replies: [RawReply] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      guard let end = rest.indices.first(where: { rest[$0...].starts(with: Array("\r\n\r\n".utf8)) }) else {
        throw RawSocket.Failure(description: "half an answer: \(String(decoding: rest, as: UTF8.self))")
      }
      let lines = String(decoding: rest[..<end], as: UTF8.self).split(
        separator: "\r\n", omittingEmptySubsequences: false)
      let words = (lines.first ?? "").split(separator: " ")
      guard words.count >= 2, words[0] == "HTTP/1.1", let status = Int(words[1]) else {
        throw RawSocket.Failure(description: "no status line: \(lines)")
      }
      var headers: [String: String] = [:]
      for line in lines.dropFirst() {
        guard let colon = line.firstIndex(of: ":") else { continue }
        let value = line[line.index(after: colon)...].drop(while: { $0 == " " })
        headers[line[..<colon].lowercased()] = String(value)
      }
      rest = rest[(end + 4)...]
      let length = headers["content-length"].flatMap { Int($0) } ?? 0
      guard length <= rest.count else { throw RawSocket.Failure(description: "half a body") }
      if status >= 200 { replies.append(RawReply(status: status, headers: headers, body: Array(rest.prefix(length)))) }
      rest = rest.dropFirst(length)
    }
    return replies
  }

  /// Checks that the answer is a problem document.
  func expectProblem(
    _ status: Int, _ code: String, field: String? = nil, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let json = json
    #expect(self.status == status, "\(text)", sourceLocation: sourceLocation)
    #expect(headers["content-type"] == "application/problem+json", sourceLocation: sourceLocation)
    #expect(json?["code"]?.text == code, "\(text)", sourceLocation: sourceLocation)
    #expect(json?["status"]?.integer == status, "\(text)", sourceLocation: sourceLocation)
    #expect(json?["field"]?.text == field, "\(text)", sourceLocation: sourceLocation)
    for name in ["type", "title", "detail"] {
      #expect(json?[name]?.text?.isEmpty == false, "no \(name): \(text)", sourceLocation: sourceLocation)
    }
  }
}

/// A request as text.
struct RawRequest {
  var method = "POST"
  var path: String
  var headers: [String] = []
  var body: String?

  /// The bytes; the server closes the connection after its answer.
  var text: String {
    var lines = ["\(method) \(path) HTTP/1.1", "host: localhost", "connection: close"] + headers
    if let body { lines += ["content-type: application/json", "content-length: \(body.utf8.count)"] }
    return lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? "")
  }
}

extension Server {
  /// Sends a request over a connection of its own.
  func raw(
    _ method: String, _ path: String, _ body: String? = nil, headers: [String] = []
  ) async throws -> RawReply {
    try await RawSocket.exchange(
      RawRequest(method: method, path: path, headers: headers, body: body).text, with: card.address)
  }
}
