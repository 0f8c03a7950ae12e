import FunctionKit
import Testing

@testable import TriggerRuntime

/// `202` once an event is kept, `503` where it cannot be.
@Suite(.timeLimit(.minutes(8)))
struct AsynchronousInvocationTests {
  private static func request(_ body: String, headers: String = "X-Cabstand-Invoke: async") -> String {
    "POST /echo HTTP/1.1\r\nHost: h\r\n\(headers)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
  }

  @Test func answersOnceKeptAndHandlesLater() async throws {
    let queue = MemoryEventStream()
    let gate = Watched(false)
    let seen = Watched<[String]>([])
    var harness = Harness(Harness.httpFunction())
    harness.invocations = queue
    try await harness.run { event, context in
      await gate.wait { $0 }
      seen.change {
        $0.append(
          "\(event.trigger.kind) \(context.caller) \(event.request?.path ?? "") "
            + String(decoding: event.body, as: UTF8.self))
      }
      return .json(event.body)
    } while: { running in
      let headers = "X-Cabstand-Invoke: Async\r\nX-Cabstand-Caller: rider:u1\r\nX-Request-Id: call-7"
      let answer = try #require(try await running.request(Self.request("{\"n\":1}", headers: headers)))
      #expect(answer.status == 202)
      #expect(answer.body.contains("\"invocationId\":\"call-7\""), "\(answer.body)")
      #expect(seen.value.isEmpty)
      gate.change { $0 = true }
      await seen.wait { $0.count == 1 }
      // Who wants to wait does.
      let sync = try #require(
        try await running.request(Self.request("{\"n\":2}", headers: "X-Cabstand-Invoke: sync")))
      #expect(sync.status == 200)
      let wrong = try #require(
        try await running.request(Self.request("{}", headers: "X-Cabstand-Invoke: later")))
      #expect(wrong.status == 400)
    }
    #expect(seen.value == ["async rider:u1 /echo {\"n\":1}", "http anonymous /echo {\"n\":2}"])
  }

  private struct Down: EventStreamSource, EventPublisher {
    struct Away: Error {}
    func publish(_ events: [Event], to topic: String) async throws { throw Away() }
    func createGroup(topic: String, group: String, startingAt start: StreamStart) async throws { throw Away() }
    func read(
      topic: String, group: String, consumer: String, count: Int, block: Duration
    ) async throws -> [StreamEntry] { throw Away() }
    func acknowledge(_ entryIDs: [String], topic: String, group: String) async throws { throw Away() }
    func claimIdle(
      topic: String, group: String, consumer: String, minIdle: Duration, count: Int
    ) async throws -> [StreamEntry] { throw Away() }
    func keepAlive(_ entryIDs: [String], topic: String, group: String, consumer: String) async throws { throw Away() }
  }

  @Test(arguments: [true, false])
  func refusesWhatItCannotKeep(hasStore: Bool) async throws {
    var harness = Harness(Harness.httpFunction())
    if hasStore { harness.invocations = Down() }
    try await harness.run { _, _ in
      Issue.record("was handled")
      return .noContent
    } while: { running in
      let answer = try #require(try await running.request(Self.request("{}")))
      #expect(answer.status == 503)
      #expect(answer.body.contains("notDurable"))
    }
  }

  /// What fails later is tried again and given up like any other event.
  @Test func failuresAreDeadLetters() async throws {
    let letters = MemoryDeadLetterQueue()
    var harness = Harness(Harness.httpFunction())
    harness.invocations = MemoryEventStream()
    harness.deadLetters = letters
    try await harness.run { _, _ in
      throw FunctionError(.unprocessable, code: "noFare", "the ride has no fare")
    } while: { running in
      let answer = try #require(try await running.request(Self.request("{\"n\":1}")))
      #expect(answer.status == 202)
      while letters.all().isEmpty { await Task.yield() }
    }
    let letter = try #require(letters.all().first)
    #expect(letter.place == .init(function: "echo", trigger: "async"))
    #expect(letter.reason.code == "noFare")
    #expect(letter.event.body == Array("{\"n\":1}".utf8))
    #expect(letter.event.request?.path == "/echo")
  }
}
