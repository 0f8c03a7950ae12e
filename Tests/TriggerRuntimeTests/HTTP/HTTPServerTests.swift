import FunctionKit
import Testing

@testable import TriggerRuntime

@Suite(.timeLimit(.minutes(8)))
struct HTTPServerTests {
  private let get = "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n"

  private func post(_ body: String, _ headers: String = "") -> String {
    "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: \(body.utf8.count)\r\n\(headers)\r\n\(body)"
  }

  /// A runtime whose function answers with the body of its event.
  private func withEcho(
    _ change: (inout Harness) -> Void = { _ in },
    _ body: @escaping @Sendable (RunningRuntime) async throws -> Void
  ) async throws {
    var harness = Harness(Harness.httpFunction(paths: "\"/echo\", \"/v1/offers/{id}/accept\""))
    change(&harness)
    try await harness.run({ event, _ in .json(event.body) }, while: body)
  }

  @Test func keepsTheConnectionAndAnswersInOrder() async throws {
    try await withEcho { running in
      let connection = try await running.connect()
      for index in 0..<3 {
        try await connection.send(post("{\"n\":\(index)}"))
        let answer = try #require(await connection.answer())
        #expect(answer.status == 200)
        #expect(answer.body == "{\"n\":\(index)}")
        #expect(answer.headers["content-type"] == "application/json")
        #expect(answer.headers["date"]?.hasSuffix("GMT") == true)
      }
      // All at once, cut at an awkward place.
      let text = (0..<50).map { post("\($0)") }.joined()
      try await connection.send(String(text.prefix(1_001)))
      try await connection.send(String(text.dropFirst(1_001)))
      for index in 0..<50 {
        #expect(await connection.answer()?.body == "\(index)")
      }
      await connection.close()
    }
  }

  @Test func servesAUnixSocket() async throws {
    let path = "/tmp/cabstand-test-\(UInt64.random(in: 0 ... .max)).sock"
    try await withEcho({ $0.http.address = .unix(path: path) }) { running in
      #expect(running.runtime.http?.boundAddress == .unix(path: path))
      let answer1 = try await running.request(post("x"))
      #expect(answer1?.body == "x")
    }
  }

  @Test func pipelinedRequestsAreAnsweredInOrderWhateverTheyTake() async throws {
    let harness = Harness(Harness.httpFunction())
    let gate = Watched(false)
    try await harness.run { event, _ in
      if event.body == Array("slow".utf8) { await gate.wait { $0 } }
      return .json(event.body)
    } while: { running in
      let connection = try await running.connect()
      try await connection.send(post("slow") + post("fast"))
      gate.change { $0 = true }
      #expect(await connection.answer()?.body == "slow")
      #expect(await connection.answer()?.body == "fast")
      await connection.close()
    }
  }

  @Test func makesAnEventOfARequest() async throws {
    let harness = Harness(Harness.httpFunction(paths: "\"/v1/offers/{id}/accept\""))
    let seen = Watched<[(Event, Context)]>([])
    try await harness.run { event, context in
      seen.change { $0.append((event, context)) }
      return .noContent
    } while: { running in
      let answer = try await running.request(
        "POST /v1/offers/a%2Fb/accept?x=1+2&y=%C3%A9&x=3 HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n"
          + "Content-Type: text/plain\r\nIdempotency-Key: key-1\r\nX-Cabstand-Caller: driver:7\r\n"
          + "traceparent: 00-a-b-01\r\nX-Odd: v\r\n\r\nhi")
      #expect(answer?.status == 204)
      #expect(answer?.headers["content-length"] == nil)
      let (event, context) = try #require(seen.value.first)
      #expect(event.id == "key-1")
      #expect(event.source == "/cabstand/http")
      #expect(event.type == "cabstand.http.requested.v1")
      #expect(event.body == Array("hi".utf8))
      #expect(event.dataContentType == "text/plain")
      #expect(event.extensions == ["traceparent": "00-a-b-01"])
      #expect(event.trigger == TriggerInfo(kind: "http", name: "web"))
      #expect(event.request?.method == "POST")
      #expect(event.request?.path == "/v1/offers/a/b/accept")
      #expect(event.request?.parameters == ["id": "a/b"])
      #expect(event.request?.query == ["x": "3", "y": "é"])
      #expect(event.request?.header("x-odd") == "v")
      #expect(event.request?.headers.first?.name == "host")
      #expect(context.caller == .driver("7"))
      #expect(context.functionName == "echo")
    }
  }

  @Test func givesEveryRequestItsOwnId() async throws {
    let ids = Watched<[String]>([])
    try await Harness(Harness.httpFunction()).run { event, _ in
      ids.change { $0.append(event.id) }
      return .noContent
    } while: { running in
      let connection = try await running.connect()
      for _ in 0..<20 {
        try await connection.send(get)
        _ = await connection.answer()
      }
      try await connection.send("GET /echo HTTP/1.1\r\nHost: x\r\nX-Request-Id: mine\r\n\r\n")
      _ = await connection.answer()
      await connection.close()
      #expect(Set(ids.value).count == 21)
      #expect(ids.value.last == "mine")
    }
  }

  @Test func answersFailuresWithProblemDocuments() async throws {
    struct Secret: Error { let password = "hunter2" }
    let harness = Harness(Harness.httpFunction(paths: "\"/fail/{how}\""))
    try await harness.run { event, _ in
      let how = event.request?.parameters["how"] ?? ""
      guard let kind = FunctionError.Kind(rawValue: how) else { throw Secret() }
      throw FunctionError(kind, code: "someCode", "a \"message\"", field: "[3].latitude")
    } while: { running in
      for kind in FunctionError.Kind.allCases {
        let answer = try #require(try await running.request("GET /fail/\(kind.rawValue) HTTP/1.1\r\nHost: x\r\n\r\n"))
        #expect(answer.status == FunctionError(kind, code: "", "").status)
        #expect(answer.headers["content-type"] == "application/problem+json")
        #expect(answer.body.contains("\"code\":\"someCode\""))
        #expect(answer.body.contains("\"detail\":\"a \\\"message\\\"\""))
        #expect(answer.body.contains("\"field\":\"[3].latitude\""))
        #expect(answer.body.contains("\"instance\":\"/fail/\(kind.rawValue)\""))
        #expect((answer.headers["retry-after"] != nil) == (answer.status == 429 || answer.status == 503))
      }
      let answer = try #require(
        try await running.request("GET /fail/x HTTP/1.1\r\nHost: x\r\nX-Request-Id: r-1\r\n\r\n"))
      #expect(answer.status == 500)
      #expect(answer.body.contains("\"requestId\":\"r-1\""))
      #expect(!answer.body.contains("hunter2"))
      #expect(!answer.body.contains("Secret"))
    }
  }

  @Test func answersWhatHasNoRoute() async throws {
    try await withEcho { running in
      let connection = try await running.connect()
      try await connection.send("GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(await connection.answer()?.status == 404)
      // A short body is read past and the connection kept.
      try await connection.send("DELETE /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello" + get)
      let refused = await connection.answer()
      #expect(refused?.status == 405)
      #expect(refused?.headers["allow"] == "GET, HEAD, OPTIONS, POST")
      #expect(await connection.answer()?.status == 200)
      try await connection.send("OPTIONS /echo HTTP/1.1\r\nHost: x\r\n\r\n")
      let options = await connection.answer()
      #expect(options?.status == 204)
      #expect(options?.headers["allow"] == "GET, HEAD, OPTIONS, POST")
      await connection.close()
    }
  }

  @Test func answersHeadWithoutABody() async throws {
    let harness = Harness(Harness.httpFunction())
    try await harness.run { _, _ in
      .json(Array("{\"a\":1}".utf8))
    } while: { running in
      let connection = try await running.connect()
      try await connection.send("HEAD /echo HTTP/1.1\r\nHost: x\r\n\r\n" + get)
      let head = await connection.answer(toHead: true)
      #expect(head?.headers["content-length"] == "7")
      #expect(await connection.answer()?.body == "{\"a\":1}")
      await connection.close()
    }
  }

  @Test(arguments: [
    "driver", "driver:", "pilot:7", "driver:a b", "driver:" + String(repeating: "x", count: 129),
  ])
  func refusesMalformedCallers(caller: String) async throws {
    try await withEcho { running in
      let answer = try await running.request(post("x", "X-Cabstand-Caller: \(caller)\r\n"))
      #expect(answer?.status == 400)
      #expect(answer?.body.contains("malformedCaller") == true)
    }
  }

  @Test(arguments: [
    ("GET /echo?a=%zz HTTP/1.1\r\nHost: x\r\n\r\n", "malformedQuery"),
    ("POST /v1/offers/%ff/accept HTTP/1.1\r\nHost: x\r\n\r\n", "malformedPath"),
    ("GET /echo HTTP/1.1\r\nHost: x\r\nIdempotency-Key: a b\r\n\r\n", "malformedRequestId"),
  ])
  func refusesWhatIsBadlyEncoded(request: String, code: String) async throws {
    try await withEcho { running in
      let answer = try await running.request(request)
      #expect(answer?.status == 400)
      #expect(answer?.body.contains(code) == true)
    }
  }

  @Test func functionsCannotSplitAnswers() async throws {
    let harness = Harness(Harness.httpFunction())
    try await harness.run { _, _ in
      Response(
        contentType: "text/plain\r\nx: y",
        headers: [("x-good", "1"), ("x-bad", "1\r\nx-evil: 1"), ("content-length", "999"), ("bad name", "1")])
    } while: { running in
      let answer = try await running.request(get)
      #expect(answer?.headers["x-good"] == "1")
      #expect(answer?.headers["x-evil"] == nil)
      #expect(answer?.headers["x-bad"] == nil)
      #expect(answer?.headers["content-length"] == "0")
      #expect(answer?.headers["content-type"] == nil)
    }
  }

  @Test func writesLongAnswers() async throws {
    let harness = Harness(Harness.httpFunction())
    let body = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 | 0x40) & 0x7F }
    try await harness.run { _, _ in
      Response(body: .bytes(body))
    } while: { running in
      let connection = try await running.connect()
      try await connection.send(get + get)
      for _ in 0..<2 {
        #expect(await connection.answer()?.body.utf8.elementsEqual(body) == true)
      }
      await connection.close()
    }
  }

  @Test func routesRegisteredInCode() async throws {
    let runtime = try Harness(Harness.httpFunction()).makeRuntime { _, _ in .noContent }
    struct Broken: Error {}
    try runtime.http?.route("GET", "/admin/{what}") { request in
      guard let what = request.info.parameters["what"], what != "broken" else { throw Broken() }
      return .json(Array("\"\(what) \(request.caller)\"".utf8))
    }
    #expect(throws: SetupError.self) { try runtime.http?.route("GET", "/admin/{other}") { _ in .noContent } }
    try await Harness.run(runtime) { running in
      let answer = try await running.request(
        "GET /admin/things HTTP/1.1\r\nHost: x\r\nX-Cabstand-Caller: operator:1\r\n\r\n")
      #expect(answer?.body == "\"things operator:1\"")
      let answer2 = try await running.request("GET /admin/broken HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(answer2?.status == 500)
    }
  }

  @Test func speaksHTTP10() async throws {
    try await withEcho { running in
      let connection = try await running.connect()
      try await connection.send("GET /echo HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /echo HTTP/1.0\r\n\r\n")
      #expect(await connection.answer()?.headers["connection"] == "keep-alive")
      #expect(await connection.answer()?.headers["connection"] == "close")
      #expect(await connection.rest() == "")
      await connection.close()
    }
  }
}
