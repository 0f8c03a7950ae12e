import FunctionKit
import Testing

@testable import TriggerRuntime

/// Events of any type find the functions that want them.
@Suite(.timeLimit(.minutes(8)))
struct EventRoutingTests {
  private func event(_ type: String, id: String = "1") -> Event {
    Event(id: id, source: "/s", type: type, body: Array("{}".utf8))
  }

  private func set() -> (FunctionSet, Watched<[String]>) {
    let calls = Watched<[String]>([])
    var set = FunctionSet()
    set.add("rides", types: "[ride.*, both]") { event, context in
      calls.change { $0.append("rides \(event.type) \(event.trigger.name)") }
      if event.id == "bad" { throw FunctionError(.conflict, code: "taken", "is taken") }
      return .json(Array("1".utf8))
    }
    set.add("pings", types: "[ping, both]") { event, _ in
      calls.change { $0.append("pings \(event.type)") }
      return .json(Array("2".utf8))
    }
    return (set, calls)
  }

  @Test func eachTypeGoesToWhoWantsIt() async throws {
    let (set, calls) = set()
    try await set.run { running in
      let ride = try await running.post(CloudEventsMessage(event("ride.requested")))
      #expect(ride.status == 200 && ride.text == "1")
      let ping = try await running.post(CloudEventsMessage(event("ping"), mode: .structured))
      #expect(ping.status == 200 && ping.text == "2")
      let both = try await running.post(CloudEventsMessage(event("both")))
      #expect(both.status == 204)
    }
    #expect(
      calls.value.sorted() == ["pings both", "pings ping", "rides both events", "rides ride.requested events"])
  }

  @Test func aTypeThatNobodyWantsIsRefusedByName() async throws {
    let (set, calls) = set()
    try await set.run { running in
      let binary = try await running.post(CloudEventsMessage(event("rides")))
      #expect(binary.status == 422)
      #expect(binary.text.contains("\"field\":\"ce-type\"") && binary.text.contains("both, ping, ride.*"))
      let structured = try await running.post(CloudEventsMessage(event("rides"), mode: .structured))
      #expect(structured.status == 422 && structured.text.contains("\"field\":\"type\""))
      #expect(structured.text.contains("unknownEventType"))
    }
    #expect(calls.value.isEmpty)
  }

  @Test func aBatchIsSplitAndEachFailureIsTold() async throws {
    let (set, calls) = set()
    try await set.run { running in
      let reply = try await running.post(
        CloudEventsMessage([event("ping"), event("rides"), event("ride.x", id: "bad"), event("ride.y")]))
      #expect(reply.status == 207)
      let document = try JSONValue(parsing: reply.body)
      #expect(document["handled"]?.integer == 2)
      let failed = try #require(document["failed"]?.elements)
      #expect(failed.map { $0["index"]?.integer } == [1, 2])
      #expect(failed.map { $0["status"]?.integer } == [422, 409])
    }
    #expect(calls.value.count == 3)
  }

  @Test func attributesNeverLeakIntoTheNextEventOfAConnection() async throws {
    let events = Watched<[Event]>([])
    var set = FunctionSet()
    set.add("all") { event, _ in
      events.change { $0.append(event) }
      return .noContent
    }
    try await set.run { running in
      let connection = try await running.connect()
      let required = "ce-specversion: 1.0\r\nce-source: /s\r\nce-type: t\r\n"
      for fields in [
        "ce-id: 1\r\nce-subject: a\r\nce-time: 2008-05-17T10:00:14Z\r\nce-dataschema: /x\r\nce-color: red\r\n"
          + "content-type: text/plain\r\n", "ce-id: 2\r\n",
      ] {
        let body = fields.contains("id: 1") ? "data" : ""
        try await connection.send(
          "POST /v1/events HTTP/1.1\r\nhost: x\r\ncontent-length: \(body.utf8.count)\r\n\(required)\(fields)\r\n\(body)"
        )
        #expect(await connection.answer()?.status == 204)
      }
      let json = "{\"specversion\":\"1.0\",\"id\":\"3\",\"source\":\"/s\",\"type\":\"t\"}"
      try await connection.send(
        "POST /v1/events HTTP/1.1\r\nhost: x\r\nce-color: blue\r\ncontent-type: application/cloudevents+json\r\n"
          + "content-length: \(json.utf8.count)\r\n\r\n\(json)")
      #expect(await connection.answer()?.status == 204)
      await connection.close()
    }
    #expect(events.value.first?.extensions == ["color": "red"])
    for event in events.value.dropFirst() {
      #expect(event.subject == nil && event.time == nil && event.dataSchema == nil && event.extensions.isEmpty)
      #expect(event.body.isEmpty && event.dataContentType == nil)
    }
  }

  @Test func tokensAreAskedFor() async throws {
    var (set, calls) = set()
    set.http.eventToken = "s3cret"
    let message = CloudEventsMessage(event("ping"))
    try await set.run { running in
      let none = try await running.post(message)
      #expect(none.status == 401)
      #expect(none.header("www-authenticate")?.hasPrefix("Bearer") == true)
      for wrong in ["Bearer s3cre", "Bearer s3cretx", "Basic s3cret", "s3cret", "Bearer"] {
        #expect(try await running.post(message, headers: [("authorization", wrong)]).status == 401)
      }
      #expect(try await running.post(message, path: "/v1/events?access_token=nope").status == 401)
      #expect(try await running.post(message, headers: [("authorization", "bEARER s3cret")]).status == 200)
      #expect(try await running.post(message, path: "/v1/events?access_token=s3cret").status == 200)
    }
    #expect(calls.value.count == 2)
  }

  @Test func webhookSendersShakeHands() async throws {
    var (set, _) = set()
    set.http.webhook = WebhookPolicy(allowedOrigins: ["events.example.com"], allowedRate: 100)
    try await set.run { running in
      func ask(_ headers: [(name: String, value: String)]) async throws -> OutgoingReply {
        try await OutgoingHTTPClient().send(
          "OPTIONS", try OutgoingURL(running.url + "/v1/events"), headers: headers, timeout: .seconds(10))
      }
      let granted = try await ask([("WebHook-Request-Origin", "Events.Example.com"), ("WebHook-Request-Rate", "120")])
      #expect(granted.status == 200)
      #expect(granted.header("webhook-allowed-origin") == "Events.Example.com")
      #expect(granted.header("webhook-allowed-rate") == "100")
      #expect(granted.header("allow")?.contains("POST") == true)
      #expect(try await ask([("WebHook-Request-Origin", "events.example.com")]).header("webhook-allowed-rate") == "100")
      #expect(
        try await ask([("WebHook-Request-Origin", "events.example.com"), ("WebHook-Request-Rate", "7")])
          .header("webhook-allowed-rate") == "7")
      #expect(try await ask([("WebHook-Request-Origin", "evil.example.com")]).status == 403)
      #expect(
        try await ask([("WebHook-Request-Origin", "events.example.com"), ("WebHook-Request-Rate", "-1")]).status == 400)
      let plain = try await ask([])
      #expect(plain.status == 204 && plain.header("webhook-allowed-origin") == nil)
    }
  }

  @Test func tooMuchInFlightIsAnswered429AndNotReady() async throws {
    let gate = Watched(false)
    let entered = Watched(0)
    var set = FunctionSet()
    set.http.maxInFlight = 1
    set.routes = [("GET", "/healthz", { _ in .noContent })]
    set.add("slow") { _, _ in
      entered.change { $0 += 1 }
      await gate.wait { $0 }
      return .noContent
    }
    let message = CloudEventsMessage(event("x"))
    try await set.run { running in
      async let first = running.post(message)
      await entered.wait { $0 == 1 }
      let second = try await running.post(message)
      #expect(second.status == 429)
      #expect(second.retryAfter == .seconds(1))
      #expect(await running.runtime.readiness().troubles.contains { $0.hasPrefix("http:") })
      // What operators look at is not held up.
      let health = try await OutgoingHTTPClient().send(
        "GET", try OutgoingURL(running.url + "/healthz"), timeout: .seconds(10))
      #expect(health.status == 204)
      gate.change { $0 = true }
      #expect(try await first.status == 204)
      while await !running.runtime.readiness().isGood { await Task.yield() }
      #expect(try await running.post(message).status == 204)
    }
  }

  @Test func functionsAnswerWithEventsInTheModeThatIsAskedFor() async throws {
    var set = FunctionSet()
    set.add("echo") { event, _ in
      var answer = Event(
        id: "r", source: "/echo", type: "echoed", subject: "Euro € 😀", extensions: ["causationid": event.id],
        body: Array("{\"a\":1}".utf8))
      answer.dataContentType = "application/json"
      return .event(answer, answering: event)
    }
    try await set.run { running in
      for mode in CloudEventsMode.allCases {
        let accept =
          switch mode {
          case .binary: "*/*"
          case .structured: "application/cloudevents+json"
          case .batched: "Application/CloudEvents-Batch+JSON"
          }
        let reply = try await running.post(CloudEventsMessage(event("x")), headers: [("accept", accept)])
        #expect(reply.status == 200)
        let info = HTTPRequestInfo(method: "POST", path: "/", headers: reply.headers)
        let back: Event?
        switch try CloudEventsHTTP.decode(info: info, body: reply.body) {
        case .one(let event): back = mode == .batched ? nil : event
        case .batch(let events): back = mode == .batched ? events.first : nil
        }
        #expect(back?.id == "r" && back?.subject == "Euro € 😀" && back?.extensions["causationid"] == "1")
        #expect(back?.body == Array("{\"a\":1}".utf8))
      }
    }
  }

  @Test func wrongPatternsAreErrorsAtStart() async throws {
    for types in ["[]", "[\"a*b\"]", "[\"\"]"] {
      var set = FunctionSet()
      set.add("x", types: types) { _, _ in .noContent }
      let runtime = try set.makeRuntime()
      await #expect(throws: SetupError.self) { try await runtime.prepare() }
    }
  }
}
