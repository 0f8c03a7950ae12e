import FunctionKit
import Testing

@testable import TriggerRuntime

/// A stand-in for an OpenTelemetry collector.
struct Collector {
  let bodies = Watched<[[UInt8]]>([])
  let statuses = Watched<[Int]>([])

  var set: FunctionSet {
    var set = FunctionSet()
    let (bodies, statuses) = (bodies, statuses)
    set.routes = [
      (
        "POST", "/v1/traces",
        { request in
          var status = 200
          statuses.change { if !$0.isEmpty { status = $0.removeFirst() } }
          guard request.info.header("content-type") == "application/json" else { return Response(status: 415) }
          if status == 200 { bodies.change { $0.append(request.body) } }
          return Response(status: status, contentType: "application/json", body: .bytes(Array("{}".utf8)))
        }
      )
    ]
    set.add("unused") { _, _ in .noContent }
    return set
  }

  /// The spans that came, checked against the form that OTLP's JSON has.
  func spans() throws -> [JSONValue] {
    var spans: [JSONValue] = []
    for body in bodies.value {
      let document = try JSONValue(parsing: body)
      for resource in try #require(document["resourceSpans"]?.elements) {
        let attributes = try #require(resource["resource"]?["attributes"]?.elements)
        #expect(attributes.contains { $0["key"]?.text == "service.name" && $0["value"]?["stringValue"]?.text != nil })
        for scope in try #require(resource["scopeSpans"]?.elements) {
          #expect(scope["scope"]?["name"]?.text?.isEmpty == false)
          spans += try #require(scope["spans"]?.elements)
        }
      }
    }
    for span in spans {
      #expect(isHex(span["traceId"]?.text, 32) && isHex(span["spanId"]?.text, 16))
      if let parent = span["parentSpanId"] { #expect(isHex(parent.text, 16)) }
      #expect(span["name"]?.text?.isEmpty == false)
      #expect((1...5).contains(span["kind"]?.integer ?? 0))
      // 64-bit numbers are texts in protobuf's JSON.
      let start = try #require(span["startTimeUnixNano"]?.text.flatMap { UInt64($0) })
      let end = try #require(span["endTimeUnixNano"]?.text.flatMap { UInt64($0) })
      #expect(start > 1_600_000_000_000_000_000 && end >= start)
      for attribute in try #require(span["attributes"]?.elements) {
        #expect(attribute["key"]?.text?.isEmpty == false)
        let value = try #require(attribute["value"])
        #expect(value["stringValue"]?.text != nil || value["intValue"]?.text.flatMap { Int($0) } != nil)
      }
      #expect(span["status"] != nil)
    }
    return spans
  }

  private func isHex(_ text: String?, _ count: Int) -> Bool {
    guard let text, text.utf8.count == count else { return false }
    return text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
      && text.contains { $0 != "0" }
  }
}

@Suite(.timeLimit(.minutes(8)))
struct TracerTests {
  private static let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

  private func attribute(_ span: JSONValue, _ name: String) -> String? {
    span["attributes"]?.elements?.first { $0["key"]?.text == name }?["value"]?["stringValue"]?.text
  }

  @Test func aTraceGoesThroughEveryHop() async throws {
    let collector = Collector()
    let seen = Watched<[TraceContext?]>([])
    try await collector.set.run { running in
      let tracer = try Tracer(endpoint: running.url, instanceID: "i", metrics: PrometheusMetrics())
      var set = FunctionSet()
      set.configuration.tracer = tracer
      let stream = MemoryEventStream()
      set.streams = stream
      set.add("first") { event, context in
        seen.change { $0.append(TraceContext.current) }
        var next = Event(id: "2", source: "/first", type: "next")
        context.traceContext?.inject(into: &next)
        try await stream.publish([next], to: "rides")
        return .noContent
      }
      let second = Watched<Event?>(nil)
      set.functions.append(
        (
          """
          kind: NuclioFunction
          metadata: {name: second}
          spec:
            handler: second
            triggers:
              rides: {kind: redis-stream, attributes: {topic: rides}}
          """,
          { event, _ in
            second.change { $0 = event }
            throw FunctionError(.conflict, code: "lost", "was lost")
          }
        ))
      try await set.run { functions in
        let reply = try await functions.post(
          CloudEventsMessage(Event(id: "1", source: "/s", type: "t")),
          headers: [("traceparent", Self.parent), ("tracestate", "a=b")])
        #expect(reply.status == 204)
        await second.wait { $0 != nil }
      }
      await tracer.flush()
    }
    let spans = try collector.spans()
    let first = try #require(spans.first { $0["name"]?.text == "first events" })
    let second = try #require(spans.first { $0["name"]?.text == "second rides" })
    #expect(first["traceId"]?.text == "0af7651916cd43dd8448eb211c80319c")
    #expect(first["parentSpanId"]?.text == "b7ad6b7169203331")
    #expect(first["traceState"]?.text == "a=b")
    #expect(first["kind"]?.integer == 2)
    #expect(attribute(first, "cloudevents.event_type") == "t")
    #expect(first["status"]?["code"] == nil)
    #expect(second["traceId"] == first["traceId"])
    #expect(second["parentSpanId"] == first["spanId"])
    #expect(second["kind"]?.integer == 5)
    #expect(second["status"]?["code"]?.integer == 2)
    #expect(second["status"]?["message"]?.text == "lost")
    #expect(seen.value.first??.traceID == "0af7651916cd43dd8448eb211c80319c")
  }

  @Test func whatOthersDoNotRecordIsNotRecorded() async throws {
    let collector = Collector()
    try await collector.set.run { running in
      let tracer = try Tracer(endpoint: running.url + "/", instanceID: "i", ratio: 0, metrics: PrometheusMetrics())
      var set = FunctionSet()
      set.configuration.tracer = tracer
      let contexts = Watched<[TraceContext?]>([])
      set.add("f") { _, context in
        contexts.change { $0.append(context.traceContext) }
        return .noContent
      }
      try await set.run { functions in
        let message = CloudEventsMessage(Event(id: "1", source: "/s", type: "t"))
        for headers in [[], [("traceparent", Self.parent.dropLast() + "0")], [("traceparent", "garbage")]] {
          _ = try await functions.post(message, headers: headers.map { ($0.0, String($0.1)) })
        }
        _ = try await functions.post(message, headers: [("traceparent", Self.parent)])
      }
      await tracer.flush()
      // The trace goes on even where nobody records it.
      #expect(contexts.value[1]?.traceID == "0af7651916cd43dd8448eb211c80319c")
      #expect(contexts.value.map { $0?.isSampled } == [false, false, false, true])
    }
    #expect(try collector.spans().count == 1)
  }

  @Test func theQueueIsBoundedAndTheLostAreCounted() async throws {
    let collector = Collector()
    collector.statuses.change { $0 = [503, 200, 400] }
    try await collector.set.run { running in
      let metrics = PrometheusMetrics()
      let exporter = OTLPExporter(
        url: try OutgoingURL(running.url + "/v1/traces"), serviceName: "s", instanceID: "i", capacity: 10, batchSize: 5,
        metrics: metrics)
      let span = Span(
        name: "x", kind: .internal, context: .root(isSampled: true),
        startUnixNanoseconds: RealTime.unixNanoseconds)
      for _ in 0..<15 { exporter.add(span) }
      await exporter.flush()
      // Five found no place; the first batch got through at the second try, the second was refused.
      #expect(exporter.droppedCount == 10)
      #expect(try collector.spans().count == 5)
      let text = String(decoding: metrics.render(), as: UTF8.self)
      #expect(text.contains("cabstand_spans_dropped_total 10") && text.contains("cabstand_spans_exported_total 5"))
    }
  }

  @Test func batchesAreLinked() throws {
    let span = Span(
      name: "x", kind: .consumer, context: .root(isSampled: true), links: [.root(isSampled: true)],
      startUnixNanoseconds: 1, attributes: [("n", .integer(1))])
    let document = try JSONValue(parsing: OTLPExporter.document([span], serviceName: "s", instanceID: "i"))
    let written = document["resourceSpans"]?.elements?.first?["scopeSpans"]?.elements?.first?["spans"]?.elements?.first
    #expect(written?["links"]?.elements?.first?["traceId"]?.text == span.links.first?.traceID)
  }

  @Test(arguments: [
    (TracerTests.parent, true), ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00", true),
    ("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what", true),
    ("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01what", false),
    ("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", false),
    ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x", false),
    ("00-00000000000000000000000000000000-b7ad6b7169203331-01", false),
    ("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", false),
    ("00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", false),
    ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333-01", false), ("", false), ("00", false),
    ("00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", false),
  ])
  func traceparents(text: String, isGood: Bool) {
    let context = TraceContext(traceparent: text)
    #expect((context != nil) == isGood)
    guard let context else { return }
    #expect(context.traceparent.dropFirst(2) == text.prefix(55).dropFirst(2))
    #expect(context.child().traceID == context.traceID && context.child().spanID != context.spanID)
  }
}
