import FunctionKit
import Testing

@testable import TriggerRuntime

@Suite(.timeLimit(.minutes(8)))
struct CloudEventsHTTPTests {
  private func send(
    _ headers: String, _ body: String
  ) async throws -> (answer: RawConnection.Answer?, events: [Event]) {
    var yaml = Harness.httpFunction(paths: "\"/v1/events\"")
    yaml = yaml.replacing("attributes:", with: "attributes:\n        mode: cloudevents")
    yaml = yaml.replacing("methods: [GET, POST]", with: "methods: [POST]")
    let events = Watched<[Event]>([])
    return try await Harness(yaml).run { event, _ in
      events.change { $0.append(event) }
      if event.id == "bad" { throw FunctionError(.conflict, code: "taken", "is taken") }
      return .noContent
    } while: { running in
      let answer = try await running.request(
        "POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: \(body.utf8.count)\r\n\(headers)\r\n\(body)")
      return (answer, events.value)
    }
  }

  private let binary = "ce-specversion: 1.0\r\nce-id: 1\r\nce-source: /s\r\nce-type: t\r\n"

  @Test func binaryMode() async throws {
    let (answer, events) = try await send(
      binary + "CE-Subject: Euro%20%E2%82%AC%20%f0%9f%98%80\r\nce-time: 2008-05-17T10:00:14.25Z\r\n"
        + "ce-partitionkey: \"a \\\"b\\\" \\\\\"\r\nContent-Type: text/plain\r\n", "data")
    #expect(answer?.status == 204)
    let event = try #require(events.first)
    #expect(event.id == "1")
    #expect(event.source == "/s")
    #expect(event.type == "t")
    #expect(event.subject == "Euro € 😀")
    #expect(event.time?.unixMilliseconds == 1_211_018_414_250)
    #expect(event.extensions == ["partitionkey": "a \"b\" \\"])
    #expect(event.dataContentType == "text/plain")
    #expect(event.body == Array("data".utf8))
    #expect(event.trigger.kind == "http")
  }

  @Test func structuredMode() async throws {
    let json = """
      {"specversion":"1.0","id":"1","source":"/s","type":"t","subject":null,"sequence":7,"flag":true,
       "datacontenttype":"application/json","data": {"a": [1, "x"]} }
      """
    let (answer, events) = try await send("Content-Type: Application/CloudEvents+JSON; charset=utf-8\r\n", json)
    #expect(answer?.status == 204)
    #expect(events.first?.subject == nil)
    #expect(events.first?.extensions == ["sequence": "7", "flag": "true"])
    #expect(events.first?.body == Array("{\"a\": [1, \"x\"]}".utf8))
  }

  @Test func batchedMode() async throws {
    let json = """
      [{"specversion":"1.0","id":"1","source":"/s","type":"t","data_base64":"AAEC"},
       {"specversion":"1.0","id":"bad","source":"/s","type":"t"}]
      """
    let (answer, events) = try await send("Content-Type: application/cloudevents-batch+json\r\n", json)
    #expect(answer?.status == 207)
    #expect(
      answer?.body
        == "{\"handled\":1,\"failed\":[{\"index\":1,\"id\":\"bad\",\"status\":409,\"code\":\"taken\",\"detail\":\"is taken\"}]}"
    )
    #expect(events.first?.body == [0, 1, 2])
    // An event's attributes never leak into the next.
    #expect(events.last?.body == [])
    let (empty, none) = try await send("Content-Type: application/cloudevents-batch+json\r\n", "[]")
    #expect(empty?.status == 200)
    #expect(none.isEmpty)
  }

  @Test(arguments: [
    ("ce-id: 1\r\nce-source: /s\r\nce-type: t\r\n", "", "ce-specversion"),
    ("ce-specversion: 0.1\r\nce-id: 1\r\nce-source: /s\r\nce-type: t\r\n", "", "ce-specversion"),
    ("ce-specversion: 1.0\r\nce-source: /s\r\nce-type: t\r\n", "", "ce-id"),
    (
      "ce-specversion: 1.0\r\nce-id: 1\r\nce-source: /s\r\nce-type: t\r\nce-datacontenttype: x\r\n", "",
      "ce-datacontenttype"
    ),
    ("ce-specversion: 1.0\r\nce-id: %C0%A0\r\nce-source: /s\r\nce-type: t\r\n", "", "ce-id"),
    ("ce-specversion: 1.0\r\nce-id: 1\r\nce-id: 2\r\nce-source: /s\r\nce-type: t\r\n", "", "ce-id"),
    ("ce-specversion: 1.0\r\nce-id: 1\r\nce-source: /s\r\nce-type: t\r\nce-time: today\r\n", "", "ce-time"),
    ("Content-Type: application/cloudevents+json\r\n", "{\"specversion\":\"1.0\"}", "id"),
    ("Content-Type: application/cloudevents+json\r\n", "{\"specversion\":", "malformedJSON"),
    ("Content-Type: application/cloudevents+avro\r\n", "x", "unsupportedEventFormat"),
    ("Content-Type: application/cloudevents-batch+json\r\n", "{}", "malformedJSON"),
    ("Content-Type: application/cloudevents-batch+json\r\n", "[{\"specversion\":\"1.0\"}]", "[0].id"),
  ])
  func refuses(headers: String, body: String, mention: String) async throws {
    let (answer, events) = try await send(headers, body)
    #expect(answer?.status == 400)
    #expect(answer?.body.contains(mention) == true, "\(answer?.body ?? "")")
    #expect(events.isEmpty)
  }

  @Test func eventsOf64KiBPass() async throws {
    let data = String(repeating: "a", count: 64 << 10)
    let (answer, events) = try await send(
      "Content-Type: application/cloudevents+json\r\n",
      "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"t\",\"data\":\"\(data)\"}")
    #expect(answer?.status == 204)
    #expect(events.first?.body.count == data.count + 2)
  }
}
