import FunctionKit
import Testing

@testable import TriggerRuntime

/// Faults of the system that this runtime descends from, where no other suite has a test of them; docs/triggers.md lists all with their tests.
@Suite("Faults of the reference", .timeLimit(.minutes(8)))
struct ReferenceFaultTests {
  private static func streamFunction(_ trigger: String) -> String {
    """
    metadata: {name: settle}
    spec:
      handler: Test
      eventTimeout: 1000s
      triggers:
        rides: {kind: redis-stream, \(trigger), attributes: {topic: rides}}
    """
  }

  private static func isIdle(_ stream: MemoryEventStream) -> Bool {
    stream.lag(topic: "rides", group: "settle") == 0 && stream.pendingCount(topic: "rides", group: "settle") == 0
  }

  private static func events(_ count: Int) -> [Event] {
    (0..<count).map { Event(id: "\($0)", source: "/s", type: "t", extensions: ["partitionkey": "\($0 % 50)"]) }
  }

  /// There: what comes while every worker is busy is dropped. Here it stays with its source until one is free.
  @Test func `events wait where no worker is free`() async throws {
    let stream = MemoryEventStream()
    let letters = MemoryDeadLetterQueue()
    var harness = Harness(Self.streamFunction("numWorkers: 1, workerAvailabilityTimeoutMilliseconds: 1"))
    harness.usesHTTP = false
    harness.streams = stream
    harness.deadLetters = letters
    let gate = Watched(false)
    let handled = Watched<[String]>([])
    try await harness.run { event, _ in
      await gate.wait { $0 }
      handled.change { $0.append(event.id) }
      return .noContent
    } while: { (_: RunningRuntime) async throws -> Void in
      // Many more than fit into the trigger's hands.
      try await stream.publish(Self.events(1_000), to: "rides")
      while stream.pendingCount(topic: "rides", group: "settle") < 64 { try await Task.sleep(for: .milliseconds(2)) }
      #expect(handled.value.isEmpty)
      gate.change { $0 = true }
      while !Self.isIdle(stream) { try await Task.sleep(for: .milliseconds(2)) }
    }
    #expect(handled.value.count == 1_000)
    #expect(Set(handled.value).count == 1_000)
    #expect(letters.all().isEmpty)
  }

  /// There: a worker has one event. Here as many as the function takes at once.
  @Test func `one worker takes many events where the function allows it`() async throws {
    struct Batching: Function {
      let calls: Watched<[Int]>
      init(_ setup: FunctionSetup) throws { throw SetupError("made of a list only") }
      init(_ calls: Watched<[Int]>) { self.calls = calls }
      func handle(_ event: Event, _ context: Context) async throws -> Response { .noContent }
      func handle(batch events: [Event], _ context: Context) async -> [Result<Response, any Error>] {
        calls.change { $0.append(events.count) }
        return events.map { _ in .success(.noContent) }
      }
    }
    let stream = MemoryEventStream()
    let calls = Watched<[Int]>([])
    try await stream.publish(Self.events(40), to: "rides")
    var harness = Harness(Self.streamFunction("numWorkers: 1, batch: {batchSize: 20, timeout: 1000s}"))
    harness.usesHTTP = false
    harness.streams = stream
    let runtime = try harness.makeRuntime { _ in Batching(calls) }
    try await Harness.run(runtime) { (_: RunningRuntime) async throws -> Void in
      while !Self.isIdle(stream) { try await Task.sleep(for: .milliseconds(2)) }
    }
    #expect(calls.value == [20, 20])
  }

  /// There: a passed deadline shuts the processor down. Here it ends one invocation; those beside it and after it go on.
  @Test func `a passed deadline ends one invocation and nothing else`() async throws {
    let gate = Watched(false)
    let begun = Watched(0)
    try await Harness(Harness.httpFunction(timeout: "1000s")).run { event, _ in
      switch event.request?.query["do"] {
      case "hang": try await Task.sleep(for: .seconds(900))
      case "wait":
        begun.change { $0 += 1 }
        await gate.wait { $0 }
      default: break
      }
      return .noContent
    } while: { (running: RunningRuntime) async throws -> Void in
      @Sendable func ask(_ what: String, _ headers: String = "") async throws -> Int? {
        try await running.request("GET /echo?do=\(what) HTTP/1.1\r\nHost: x\r\n\(headers)\r\n")?.status
      }
      async let beside = ask("wait")
      await begun.wait { $0 == 1 }
      #expect(try await ask("hang", "X-Nuclio-Invoke-Timeout: 20ms\r\n") == 504)
      #expect(try await ask("pass") == 204)
      #expect(running.runtime.liveness().isGood)
      #expect(await running.runtime.readiness().isGood)
      gate.change { $0 = true }
      #expect(try await beside == 204)
    }
  }

  /// There: liveness is always well. Here it says where no worker of a trigger will ever be free again.
  @Test func `liveness fails where every worker is stuck`() async throws {
    let gate = Watched(false)
    let yaml = Harness.httpFunction(timeout: "20ms").replacing("numWorkers: 8", with: "numWorkers: 1")
    let begun = Watched(false)
    try await Harness(yaml).run { _, _ in
      begun.change { $0 = true }
      // Deaf to its cancellation.
      await Task.detached { await gate.wait { $0 } }.value
      return .noContent
    } while: { (running: RunningRuntime) async throws -> Void in
      #expect(running.runtime.liveness().isGood)
      // On a busy machine one may be too late to begin.
      while !begun.value {
        #expect(try await running.request("GET /echo HTTP/1.1\r\nHost: x\r\n\r\n")?.status == 504)
      }
      while running.runtime.liveness().isGood { try await Task.sleep(for: .milliseconds(2)) }
      #expect(running.runtime.liveness().troubles == ["echo/web: every worker is stuck"])
      gate.change { $0 = true }
      while !running.runtime.liveness().isGood { try await Task.sleep(for: .milliseconds(2)) }
    }
  }

  /// There: durations are sums of whole milliseconds. Here a histogram that knows of microseconds.
  @Test func `durations are histograms and lose no fraction`() async throws {
    let harness = Harness(Harness.httpFunction())
    try await harness.run { _, _ in
      .noContent
    } while: { (running: RunningRuntime) async throws -> Void in
      for _ in 0..<5 { _ = try await running.request("GET /echo HTTP/1.1\r\nHost: x\r\n\r\n") }
    }
    let lines = String(decoding: harness.metrics.render(), as: UTF8.self).split(separator: "\n")
    func values(_ name: String) -> [Double] {
      lines.filter { $0.hasPrefix("cabstand_function_duration_seconds_\(name){") }
        .filter { $0.contains("success") && $0.contains("trigger=\"web\"") }
        .compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }
    }
    #expect(values("count") == [5])
    #expect(values("bucket").count > 10 && values("bucket").last == 5)
    #expect(values("bucket") == values("bucket").sorted())
    let sum = try #require(values("sum").first)
    #expect(sum > 0 && sum != sum.rounded())
  }
}
