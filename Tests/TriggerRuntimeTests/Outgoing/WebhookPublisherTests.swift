import FunctionKit
import Testing

@testable import TriggerRuntime

/// Events that go out to a URL, with a runtime of our own as the receiver.
@Suite(.timeLimit(.minutes(8)))
struct WebhookPublisherTests {
  private func binding(_ url: String, _ attributes: [String: String]) async throws -> any EventPublisher {
    let specification = DataBindingSpecification(bindingClass: "webhook", url: url, attributes: attributes)
    return try #require(
      try await WebhookBinding().open(name: "out", specification) as? any EventPublisher)
  }

  @Test(arguments: ["binary", "structured", "batched"])
  func eventsArriveInEveryMode(mode: String) async throws {
    let received = Watched<[Event]>([])
    var set = FunctionSet()
    set.http.eventToken = "t0ken"
    set.http.webhook = WebhookPolicy(allowedOrigins: ["me.example.com"])
    set.add("take") { event, _ in
      received.change { $0.append(event) }
      return .noContent
    }
    var generator = EventGenerator(seed: 5)
    let events = (0..<20).map { _ in generator.event() }
    try await set.run { running in
      let publisher = try await binding(
        running.url + "/v1/events", ["mode": mode, "secret": "t0ken", "origin": "me.example.com"])
      let trace = TraceContext(traceIDHigh: 1, traceIDLow: 2, spanID: 3, isSampled: true)
      try await TraceContext.$current.withValue(trace) { try await publisher.publish(events, to: "ignored") }
      await #expect(throws: SetupError.self) {
        try await binding(running.url + "/v1/events", ["origin": "other.example.com"])
      }
    }
    #expect(received.value.count == events.count)
    for (sent, came) in zip(events, received.value) {
      var came = came
      #expect(came.extensions.removeValue(forKey: "traceparent")?.contains("00000000000000010000000000000002") == true)
      #expect(came.isSame(as: sent))
    }
  }

  @Test func deliveriesAreMeasuredByBinding() async throws {
    let metrics = PrometheusMetrics()
    var set = FunctionSet()
    set.routes = [("POST", "/hook", { request in Response(status: request.body.isEmpty ? 400 : 204) })]
    set.add("other") { _, _ in .noContent }
    try await set.run { running in
      let specification = DataBindingSpecification(
        bindingClass: "webhook", url: running.url + "/hook", attributes: ["mode": "binary"])
      let publisher = try #require(
        try await WebhookBinding(metrics: metrics).open(name: "partner", specification) as? any EventPublisher)
      for body in ["a", "b"] {
        try await publisher.publish([Event(id: body, source: "/s", type: "t", body: Array(body.utf8))], to: "ignored")
      }
      await #expect(throws: FunctionError.self) {
        try await publisher.publish([Event(id: "c", source: "/s", type: "t")], to: "ignored")
      }
    }
    let text = String(decoding: metrics.render(), as: UTF8.self)
    #expect(text.contains(#"cabstand_webhook_duration_seconds_count{binding="partner",outcome="success"} 2"#))
    #expect(text.contains(#"cabstand_webhook_duration_seconds_count{binding="partner",outcome="failed"} 1"#))
  }

  @Test func theReceiversWordIsHeeded() async throws {
    let answers = Watched<[Int]>([429, 503, 204])
    var set = FunctionSet()
    set.routes = [
      (
        "POST", "/hook",
        { _ in
          var status = 204
          answers.change { if !$0.isEmpty { status = $0.removeFirst() } }
          return Response(status: status, headers: status == 429 ? [("retry-after", "0")] : [])
        }
      )
    ]
    set.add("other") { _, _ in .noContent }
    try await set.run { running in
      let event = Event(id: "1", source: "/s", type: "t")
      let publisher = try await binding(running.url + "/hook", [:])
      try await publisher.publish([event], to: "")
      #expect(answers.value.isEmpty)
      for (status, kind) in [
        (410, FunctionError.Kind.gone), (415, .unprocessable), (500, .transient), (429, .overloaded),
      ] {
        answers.change { $0 = [status, status, status] }
        let error = await #expect(throws: FunctionError.self) { try await publisher.publish([event], to: "") }
        #expect(error?.kind == kind)
        // What cannot get better is not tried again.
        #expect(answers.value.isEmpty == (error?.isRetriable == true))
      }
    }
    let nobody = try await binding("http://127.0.0.1:1/x", ["attempts": "1"])
    let error = await #expect(throws: FunctionError.self) {
      try await nobody.publish([Event(id: "1", source: "/s", type: "t")], to: "")
    }
    #expect(error?.kind == .transient)
  }

  @Test(arguments: [
    "https://x/", "x", "http://", "http://u:p@h/", "http://h:0/", "http://h:99999/", "http://h/ b", "http://[::1/",
  ])
  func wrongURLsAreErrorsAtStart(url: String) async {
    await #expect(throws: SetupError.self) { try await binding(url, [:]) }
  }

  @Test func wrongAttributesAreErrorsAtStart() async {
    for attributes in [["mod": "binary"], ["mode": "x"], ["attempts": "0"], ["timeout": "x"]] {
      await #expect(throws: SetupError.self) { try await binding("http://h/", attributes) }
    }
  }

  @Test func repliesOfEveryFraming() throws {
    func reply(_ text: String, isAtEnd: Bool = true) throws -> OutgoingReply? {
      try OutgoingReplyReader.reply(in: Array(text.utf8), isAtEnd: isAtEnd)
    }
    #expect(try reply("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc")?.text == "abc")
    #expect(try reply("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nab") == nil)
    #expect(try reply("HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")?.text == "abc")
    #expect(try reply("HTTP/1.1 200 OK\r\n\r\nabc")?.text == "abc")
    #expect(try reply("HTTP/1.1 200 OK\r\n\r\nabc", isAtEnd: false) == nil)
    #expect(try reply("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n")?.status == 204)
    #expect(throws: OutgoingHTTPError.self) { try reply("SSH-2.0\r\n\r\n") }
    #expect(throws: OutgoingHTTPError.self) { try reply("HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n") }
  }
}
