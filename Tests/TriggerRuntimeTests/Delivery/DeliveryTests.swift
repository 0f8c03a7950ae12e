import FunctionKit
import Testing

@testable import TriggerRuntime

/// The delivery engine, on streams in memory: guarantees, partial failure, bisection, dead letters and their way back.
@Suite(.timeLimit(.minutes(8)))
struct DeliveryTests {
  private let stream = MemoryEventStream()
  private let letters = MemoryDeadLetterQueue()

  private func harness(_ trigger: String = "", workers: Int = 4, attributes: String = "") -> Harness {
    var harness = Harness(
      """
      metadata: {name: settle}
      spec:
        handler: Test
        triggers:
          rides:
            kind: redis-stream
            numWorkers: \(workers)
            \(trigger)
            attributes: {topic: rides\(attributes)}
      """)
    harness.usesHTTP = false
    harness.streams = stream
    harness.deadLetters = letters
    return harness
  }

  private static let quick = "retry: {duration: 1ms, maxInterval: 5ms}"

  private func event(_ id: Int, key: String? = nil) -> Event {
    Event(id: "\(id)", source: "/s", type: "t", extensions: key.map { ["partitionkey": $0] } ?? [:])
  }

  private func waitUntilIdle() async throws {
    // The trigger may not have made it yet.
    try await stream.createGroup(topic: "rides", group: "settle")
    while stream.lag(topic: "rides", group: "settle") > 0 || stream.pendingCount(topic: "rides", group: "settle") > 0 {
      await Task.yield()
    }
  }

  /// A function that handles batches by a closure.
  private struct Batching: Function {
    let body: @Sendable ([Event]) -> [Result<Response, any Error>]
    init(_ setup: FunctionSetup) throws { throw SetupError("made of a closure only") }
    init(_ body: @escaping @Sendable ([Event]) -> [Result<Response, any Error>]) { self.body = body }
    func handle(_ event: Event, _ context: Context) async throws -> Response { try body([event])[0].get() }
    func handle(batch events: [Event], _ context: Context) async -> [Result<Response, any Error>] { body(events) }
  }

  private struct Poisoned: Error {}

  // MARK: Batches

  /// A batch that fails as a whole is halved until the event at fault stands alone; everything else is handled, once.
  @Test(arguments: [true, false])
  func aFailingBatchIsBisected(saysSo: Bool) async throws {
    let handled = Watched<[String: Int]>([:])
    let calls = Watched<[[String]]>([])
    try await stream.publish((0..<16).map { event($0) }, to: "rides")
    let harness = harness("batch: {batchSize: 16, timeout: 100s}\n      \(Self.quick)", workers: 1)
    let runtime = try harness.makeRuntime { _ in
      Batching { events in
        calls.change { $0.append(events.map(\.id)) }
        if events.contains(where: { $0.id == "11" }) {
          return saysSo
            ? BatchFailure.results(Poisoned(), count: events.count) : events.map { _ in .failure(Poisoned()) }
        }
        handled.change { for event in events { $0[event.id, default: 0] += 1 } }
        return events.map { _ in .success(.noContent) }
      }
    }
    try await Harness.run(runtime) { (_: RunningRuntime) async throws -> Void in try await waitUntilIdle() }
    #expect(handled.value.count == 15)
    #expect(handled.value.values.allSatisfy { $0 == 1 })
    let letter = try #require(letters.all().first)
    #expect(letters.all().count == 1)
    #expect(letter.event.id == "11")
    #expect(letter.reason.code == "internalError")
    // Attempts count from where it stands alone: 16, 8, 4, 2, then five times 1.
    #expect(letter.reason.attempts == 5)
    #expect(calls.value.filter { $0.contains("11") }.map(\.count) == [16, 8, 4, 2, 1, 1, 1, 1, 1])
  }

  /// What a function reports one by one is not halved: the others are acknowledged, the failed ones come alone.
  @Test func aBatchSaysWhichEventsFailed() async throws {
    let calls = Watched<[[String]]>([])
    try await stream.publish((0..<6).map { event($0) }, to: "rides")
    let harness = harness("batch: {batchSize: 6, timeout: 100s}\n      \(Self.quick)", workers: 1)
    let runtime = try harness.makeRuntime { _ in
      Batching { events in
        calls.change { $0.append(events.map(\.id)) }
        let isFirst = calls.value.count == 1
        return events.map { event in
          switch event.id {
          case "2": .failure(FunctionError(.badInput, code: "bad", "is bad"))
          case "4" where isFirst: .failure(FunctionError(.transient, code: "down", "is down"))
          default: .success(.noContent)
          }
        }
      }
    }
    // The rest of a batch does not wait for more for ever.
    try await Harness.run(runtime) { running in
      await calls.wait { $0.count == 1 }
      try await stream.publish((6..<11).map { event($0) }, to: "rides")
      try await waitUntilIdle()
    }
    #expect(calls.value.first == ["0", "1", "2", "3", "4", "5"])
    #expect(Set(calls.value.dropFirst().flatMap { $0 }) == ["4", "6", "7", "8", "9", "10"])
    #expect(letters.all().map(\.event.id) == ["2"])
    #expect(letters.all().first?.reason == DeadLetterReason(code: "bad", message: "is bad", attempts: 1))
  }

  // MARK: Guarantees

  @Test func duplicatesTakeEffectOnce() async throws {
    let handled = Watched<[String]>([])
    // The same event as three entries, at once and later.
    try await stream.publish([event(1), event(1), event(2)], to: "rides")
    let deduplication = MemoryDeduplicationStore()
    var harness = harness("delivery: effectivelyOnce\n      \(Self.quick)")
    harness.deduplication = deduplication
    let function: @Sendable (Event, Context) async throws -> Response = { event, _ in
      handled.change { $0.append(event.id) }
      return .noContent
    }
    try await harness.run(function) { _ in
      try await waitUntilIdle()
      try await stream.publish([event(1), event(3)], to: "rides")
      try await waitUntilIdle()
    }
    // Another instance remembers too.
    try await stream.publish([event(3)], to: "rides")
    try await harness.run(function) { _ in try await waitUntilIdle() }
    #expect(handled.value.sorted() == ["1", "2", "3"])
    #expect(letters.all().isEmpty)
  }

  /// Another event under the source and id of one that was handled is told, not dropped as its copy.
  @Test func anotherPayloadUnderTheSameIdIsAConflict() async throws {
    @Sendable func saying(_ text: String) -> Event {
      Event(id: "1", source: "/s", type: "t", dataContentType: "text/plain", body: Array(text.utf8))
    }
    let handled = Watched<[String]>([])
    var harness = harness("delivery: effectivelyOnce\n      \(Self.quick)", workers: 1)
    harness.deduplication = MemoryDeduplicationStore()
    try await harness.run { event, _ in
      handled.change { $0.append(String(decoding: event.body, as: UTF8.self)) }
      return .noContent
    } while: { (_: RunningRuntime) async throws -> Void in
      for text in ["one", "two", "one"] {
        try await stream.publish([saying(text)], to: "rides")
        try await waitUntilIdle()
      }
    }
    #expect(handled.value == ["one"])
    let letter = try #require(letters.all().first)
    #expect(letters.all().count == 1)
    #expect(letter.reason.code == "payloadConflict")
    #expect(letter.reason.attempts == 0)
    #expect(String(decoding: letter.event.body, as: UTF8.self) == "two")
  }

  @Test func anEventInProgressOnADeadInstanceIsFreeAfterItsLease() async throws {
    let now = Watched(ContinuousClock.now)
    let store = MemoryDeduplicationStore { now.value }
    let key = DeduplicationKey(scope: "settle/rides", source: "/s", id: "1")
    #expect(try await store.begin([key], owner: "dead/1-0", lease: .seconds(30)) == [.begun])
    let handled = Watched(0)
    try await stream.publish([event(1)], to: "rides")
    var harness = harness("delivery: effectivelyOnce\n      \(Self.quick)")
    harness.deduplication = store
    try await harness.run { _, _ in
      handled.change { $0 += 1 }
      return .noContent
    } while: { _ in
      while stream.pendingCount(topic: "rides", group: "settle") == 0 { await Task.yield() }
      for _ in 0..<100 { await Task.yield() }
      #expect(handled.value == 0)
      now.change { $0 += .seconds(31) }
      try await waitUntilIdle()
    }
    #expect(handled.value == 1)
    #expect(try await store.begin([key], owner: "b", lease: .seconds(30)) == [.completed])
  }

  /// A failure is no completion: the event is tried again, and its duplicate is left out after that.
  @Test func aFailureIsNotRemembered() async throws {
    let attempts = Watched(0)
    try await stream.publish([event(1), event(1)], to: "rides")
    try await harness("delivery: effectivelyOnce\n      \(Self.quick)").run { _, _ in
      attempts.change { $0 += 1 }
      if attempts.value < 3 { throw FunctionError(.transient, code: "down", "is down") }
      return .noContent
    } while: { (_: RunningRuntime) async throws -> Void in
      try await waitUntilIdle()
    }
    #expect(attempts.value == 3)
  }

  @Test func atMostOnceIsAcknowledgedBeforeItIsTried() async throws {
    let pending = Watched<[Int]>([])
    try await stream.publish((0..<4).map { event($0) }, to: "rides")
    try await harness("delivery: atMostOnce", workers: 1).run { event, _ in
      pending.change { $0.append(stream.pendingCount(topic: "rides", group: "settle")) }
      if event.id == "2" { throw FunctionError(.transient, code: "down", "is down") }
      return .noContent
    } while: { _ in
      await pending.wait { $0.count == 4 }
      while letters.all().isEmpty { await Task.yield() }
    }
    #expect(pending.value == [3, 2, 1, 0])
    // Not tried again, but not forgotten either.
    #expect(letters.all().map(\.event.id) == ["2"])
    #expect(letters.all().first?.reason.attempts == 1)
  }

  @Test func withoutDeadLettersWhatIsGivenUpIsCountedAndGone() async throws {
    try await stream.publish([event(0)], to: "rides")
    let harness = harness("deadLetter: false\n      maxAttempts: 2\n      \(Self.quick)")
    let metrics = harness.metrics
    try await harness.run { _, _ in
      throw Poisoned()
    } while: { (_: RunningRuntime) async throws -> Void in
      try await waitUntilIdle()
    }
    #expect(letters.all().isEmpty)
    let text = String(decoding: metrics.render(), as: UTF8.self)
    #expect(text.contains("cabstand_delivery_dropped_total{function=\"settle\",trigger=\"rides\"} 1"))
  }

  @Test func attemptsAreThePolicys() async throws {
    for (trigger, expected) in [("retry: once", 1), ("maxAttempts: 3\n      \(Self.quick)", 3), (Self.quick, 5)] {
      let attempts = Watched(0)
      let letters = MemoryDeadLetterQueue()
      let stream = MemoryEventStream()
      try await stream.publish([event(0)], to: "rides")
      var harness = harness(trigger)
      harness.deadLetters = letters
      harness.streams = stream
      try await harness.run { _, context in
        attempts.change { $0 += 1 }
        #expect(context.attempt == attempts.value)
        throw Poisoned()
      } while: { _ in
        while letters.all().isEmpty { await Task.yield() }
      }
      #expect(attempts.value == expected)
      #expect(letters.all().first?.reason.attempts == expected)
    }
  }

  // MARK: Dead letters

  private struct DownQueue: Error {}

  /// Dead letters that cannot be kept for a while.
  private final class FlakyQueue: DeadLetterQueue {
    let queue = MemoryDeadLetterQueue()
    let failures = Watched(3)
    func add(_ letter: DeadLetter) async throws {
      if failures.value > 0 {
        failures.change { $0 -= 1 }
        throw DownQueue()
      }
      try await queue.add(letter)
    }
    func letters(_ filter: DeadLetterFilter) async throws -> [DeadLetter] { try await queue.letters(filter) }
    func redrive(_ filter: DeadLetterFilter) async throws -> Int { try await queue.redrive(filter) }
    func purge(_ filter: DeadLetterFilter) async throws -> Int { try await queue.purge(filter) }
    func takeRedriven(
      _ places: [DeadLetter.Place], consumer: String, lease: Duration, limit: Int
    ) async throws -> [DeadLetter] { throw DownQueue() }
    func keep(_ ids: [Int64], consumer: String, lease: Duration) async throws {}
    func remove(_ ids: [Int64]) async throws {}
  }

  /// An event that cannot be kept among the dead letters is not acknowledged.
  @Test func nothingIsForgottenWhileTheDeadLettersAreAway() async throws {
    let queue = FlakyQueue()
    let attempts = Watched(0)
    try await stream.publish([event(0)], to: "rides")
    var harness = harness(Self.quick)
    harness.deadLetters = queue
    try await harness.run { _, _ in
      attempts.change { $0 += 1 }
      throw FunctionError(.badInput, code: "bad", "is bad")
    } while: { (_: RunningRuntime) async throws -> Void in
      try await waitUntilIdle()
    }
    #expect(attempts.value == 1)
    #expect(queue.queue.all().count == 1)
    #expect(queue.failures.value == 0)
  }

  /// A redriven event goes through the same function with a mark, once however often that is asked for; failing again returns it with
  /// the count.
  @Test func aRedrivenEventIsTriedOnceMore() async throws {
    let seen = Watched<[String]>([])
    let isMended = Watched(false)
    try await stream.publish([event(0), event(1)], to: "rides")
    try await harness("maxAttempts: 2\n      \(Self.quick)", workers: 1).run { event, context in
      seen.change { $0.append("\(event.id) \(event.extensions["redrives"] ?? "-") \(context.attempt)") }
      #expect(event.trigger == TriggerInfo(kind: "redis-stream", name: "rides"))
      if !isMended.value { throw Poisoned() }
      return .noContent
    } while: { (_: RunningRuntime) async throws -> Void in
      while letters.all().count < 2 { await Task.yield() }
      let first = letters.all()[0]
      #expect(try await letters.redrive(DeadLetterFilter(ids: [first.id])) == 1)
      #expect(try await letters.redrive(DeadLetterFilter(ids: [first.id])) == 0)
      while letters.all()[0].redrives == 0 { await Task.yield() }
      #expect(letters.all()[0].state == .waiting)
      #expect(letters.all()[0].reason.attempts == 3)
      #expect(letters.all()[0].firstFailure == first.firstFailure)
      #expect(letters.all()[0].event.extensions["redrives"] == nil)
      isMended.change { $0 = true }
      #expect(try await letters.redrive(DeadLetterFilter(function: "settle")) == 2)
      while !letters.all().isEmpty { await Task.yield() }
    }
    #expect(Set(seen.value.filter { $0.contains("-") }) == ["0 - 1", "0 - 2", "1 - 1", "1 - 2"])
    #expect(seen.value.filter { !$0.contains("-") } == ["0 1 3", "0 2 4", "1 1 3"])
  }

  @Test func lanesAreStable() throws {
    var trigger = TriggerSpecification(kind: "redis-stream")
    trigger.attributes = ["topic": .scalar("rides"), "partitions": .scalar("16")]
    let settings = try RedisStreamSettings(
      trigger, origin: "t", function: FunctionSpecification(name: "f", handler: "F"))
    #expect(settings.partitions == 16)
    #expect(settings.start == .earliest)
    func lane(_ id: String, _ event: Event) -> String {
      DeliveryPolicy.lane(of: Delivery(id: id, event: event), partitions: settings.partitions)
    }
    #expect(lane("1", event(0, key: "ride-1")) == lane("2", event(1, key: "ride-1")))
    #expect(lane("1", event(0, key: "ride-1")).hasPrefix("partition "))
    #expect(lane("3", event(1)) == "entry 3")
  }
}
