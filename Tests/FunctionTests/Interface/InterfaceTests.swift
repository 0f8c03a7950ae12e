import DispatchAPI
import DispatchCore
import DispatchState
import Foundation
import FunctionKit
import Testing

/// The interface's description against what the functions do. Every call of every test here is held against it too (see `City`).
@Suite("The OpenAPI document and the functions")
struct InterfaceTests {
  private let document = InterfaceDocument.shared

  /// The media types of requests and answers that carry JSON, with where they are.
  private func media(_ operation: JSONValue) -> [(place: String, type: String, media: JSONValue)] {
    func content(_ place: String, _ holder: JSONValue?) -> [(String, String, JSONValue)] {
      guard case .object(let types)? = holder?["content"] else { return [] }
      return types.map { (place, $0.key, $0.value) }
    }
    var found = content("request", operation["requestBody"])
    for status in operation["responses"]?.names ?? [] where !status.hasSuffix("XX") {
      found += content(status, operation["responses"]?[status].map(document.resolved))
    }
    return found
  }

  @Test("Every request and answer has an example, and it fits its schema")
  func examples() {
    #expect(document.operations.count >= 28)
    for (method, path, operation) in document.operations where path != "/openapi.json" {
      for (place, type, media) in media(operation) {
        guard let example = media["example"] else {
          Issue.record("\(method) \(path) \(place) \(type) has no example")
          continue
        }
        guard let schema = media["schema"] else { continue }
        let faults = document.faults(of: example, by: schema, at: "$")
        #expect(faults.isEmpty, "\(method) \(path) \(place) \(type)")
      }
    }
  }

  @Test("Examples of failures carry a code that their answer names, and its status")
  func failures() {
    for (method, path, operation) in document.operations {
      guard case .object(let responses)? = operation["responses"] else { continue }
      for (status, response) in responses {
        guard let example = response["content"]?["application/problem+json"]?["example"] else { continue }
        let code = example["code"]?.text ?? "-"
        #expect(response["description"]?.text?.contains("`\(code)`") == true, "\(method) \(path) \(status)")
        #expect(example["status"]?.integer.map(String.init) == status, "\(method) \(path)")
        #expect(example["type"]?.text == "urn:cabstand:problem:\(code)")
      }
    }
  }

  @Test("Examples of requests are taken by the functions, and the quote costs what the example says")
  func taken() async throws {
    func example(_ method: String, _ path: String, _ place: String = "request") throws -> JSONValue {
      let operation = try #require(document.operation(method, path))
      return try #require(
        media(operation).first { $0.place == place && $0.type == "application/json" }?.media["example"])
    }
    func bytes(_ value: JSONValue) -> [UInt8] { JSONWriter.bytes { $0.value(value) } }
    let city = try await City()
    for (method, path) in [("POST", "/v1/pings"), ("PUT", "/v1/drivers/cab-7/shift")] {
      #expect(try await city.call(method, path, bytes: bytes(try example(method, path))).status == 200, "\(path)")
    }
    let quote = try await city.call("POST", "/v1/quotes", bytes: bytes(try example("POST", "/v1/quotes")))
    let expected = try example("POST", "/v1/quotes", "201")
    for name in expected.names.subtracting(["quoteId", "createdAt", "expiresAt"]) {
      // 1.0 and 1 are the same number, written differently.
      if let number = expected[name]?.double {
        #expect(quote[name]?.double == number)
      } else {
        #expect(quote[name] == expected[name], "\(name)")
      }
    }
  }

  @Test("Every route of the functions is described, and every route described is a function's or the server's")
  func routes() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../functions")
    var served: Set<String> = []
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
      let text = try String(contentsOf: folder.appending(path: "\(name)/function.yaml"), encoding: .utf8)
      for match in text.matches(of: /paths: \["([^"]+)"\], methods: \[([A-Z]+)\]/) {
        served.insert("\(match.2) \(match.1)")
      }
    }
    let pages = [
      "/healthz", "/readyz", "/metrics", "/openapi.json", "/admin/clock", "/admin/functions", "/admin/status",
    ]
    for path in pages {
      served.insert("GET \(path)")
    }
    served.insert("PUT /admin/clock")
    for method in ["GET", "PUT", "DELETE"] { served.insert("\(method) /admin/functions/{name}/log-level") }
    #expect(Set(document.operations.map { "\($0.method) \($0.path)" }) == served)
  }
}
