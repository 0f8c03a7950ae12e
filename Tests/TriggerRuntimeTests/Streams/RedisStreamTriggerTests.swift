import FunctionKit
import Testing

@testable import TriggerRuntime

@Suite(.timeLimit(.minutes(8)))
struct RedisStreamTriggerTests {
  private func harness(
    _ stream: any EventStreamSource, workers: Int = 4, trigger: String = "", attributes: String = "",
    timeout: String = "20s", letters: MemoryDeadLetterQueue = MemoryDeadLetterQueue()
  ) -> Harness {
    var harness = Harness(
      """
      metadata: {name: settle}
      spec:
        handler: Test
        eventTimeout: \(timeout)
        triggers:
          rides:
            kind: redis-stream
            numWorkers: \(workers)
            retry: {duration: 1ms, maxInterval: 5ms, maxAttempts: 5}
            \(trigger)
            attributes: {topic: rides\(attributes)}
      """)
    harness.usesHTTP = false
    harness.streams = stream
    harness.deadLetters = letters
    return harness
  }

  private func event(_ id: Int, key: String? = nil) -> Event {
    Event(id: "\(id)", source: "/s", type: "t", extensions: key.map { ["partitionkey": $0] } ?? [:])
  }

  private func isIdle(_ stream: MemoryEventStream) -> Bool {
    stream.lag(topic: "rides", group: "settle") == 0 && stream.pendingCount(topic: "rides", group: "settle") == 0
  }

  @Test func handlesAndAcknowledges() async throws {
    let stream = MemoryEventStream()
    let letters = MemoryDeadLetterQueue()
    let seen = Watched<Set<String>>([])
    try await stream.publish((0..<500).map { event($0) }, to: "rides")
    try await harness(stream, letters: letters).run { event, context in
      #expect(context.caller == .service("stream"))
      #expect(context.attempt == 1)
      #expect(event.trigger == TriggerInfo(kind: "redis-stream", name: "rides"))
      seen.change { $0.insert(event.id) }
      return .noContent
    } while: { _ in
      await seen.wait { $0.count == 500 }
      try await stream.publish((500..<600).map { event($0) }, to: "rides")
      await seen.wait { $0.count == 600 }
      while !isIdle(stream) { await Task.yield() }
    }
    #expect(letters.all().isEmpty)
  }

  /// What fails is not committed past by what succeeds after it.
  @Test func aFailureStaysPendingUntilItSucceeds() async throws {
    let stream = MemoryEventStream()
    let letters = MemoryDeadLetterQueue()
    let attempts = Watched<[Int]>([])
    let gate = Watched(false)
    let others = Watched(0)
    try await stream.publish([event(0, key: "a")] + (1..<20).map { event($0, key: "b\($0)") }, to: "rides")
    try await harness(stream, letters: letters).run { event, context in
      guard event.id == "0" else {
        others.change { $0 += 1 }
        return .noContent
      }
      attempts.change { $0.append(context.attempt) }
      if context.attempt == 2 { await gate.wait { $0 } }
      if context.attempt < 4 { throw FunctionError(.transient, code: "down", "is down") }
      return .noContent
    } while: { _ in
      await attempts.wait { $0.count == 2 }
      await others.wait { $0 == 19 }
      #expect(stream.pendingCount(topic: "rides", group: "settle") >= 1)
      gate.change { $0 = true }
      await attempts.wait { $0 == [1, 2, 3, 4] }
      while !isIdle(stream) { await Task.yield() }
    }
    #expect(letters.all().isEmpty)
  }

  @Test func fiveFailuresAreEnough() async throws {
    struct Broken: Error {}
    let stream = MemoryEventStream()
    let letters = MemoryDeadLetterQueue()
    let attempts = Watched(0)
    try await stream.publish([event(0)], to: "rides")
    try await harness(stream, letters: letters).run { _, _ in
      attempts.change { $0 += 1 }
      throw Broken()
    } while: { _ in
      while letters.all().isEmpty { await Task.yield() }
      while !isIdle(stream) { await Task.yield() }
    }
    #expect(attempts.value == 5)
    let letter = try #require(letters.all().first)
    #expect(letter.reason.attempts == 5)
    #expect(letter.reason.code == "internalError")
    #expect(letter.event.id == "0")
  }

  @Test func badInputIsNotTriedAgain() async throws {
    let stream = MemoryEventStream()
    let letters = MemoryDeadLetterQueue()
    let attempts = Watched(0)
    try await stream.publish([event(0)], to: "rides")
    try await harness(stream, letters: letters).run { _, _ in
      attempts.change { $0 += 1 }
      throw FunctionError(.badInput, code: "noFare", "the ride has no fare")
    } while: { _ in
      while letters.all().isEmpty { await Task.yield() }
    }
    #expect(attempts.value == 1)
    #expect(
      letters.all().first?.reason
        == DeadLetterReason(code: "noFare", message: "the ride has no fare", attempts: 1))
  }

  @Test func lateInvocationsCountAsFailures() async throws {
    let stream = MemoryEventStream()
    let letters = MemoryDeadLetterQueue()
    let running = Watched((now: 0, most: 0))
    try await stream.publish([event(0, key: "a")], to: "rides")
    let harness = harness(
      stream, trigger: "maxAttempts: 2", attributes: ", claimAfter: 60s", timeout: "20ms", letters: letters)
    try await harness.run { _, _ in
      running.change {
        $0.now += 1
        $0.most = max($0.most, $0.now)
      }
      defer { running.change { $0.now -= 1 } }
      try await Task.sleep(for: .seconds(1_000))
      return .noContent
    } while: { _ in
      while letters.all().isEmpty { await Task.yield() }
    }
    #expect(letters.all().first?.reason.code == "deadlineExceeded")
    // None at all where the machine was too busy to begin before the deadline.
    #expect(running.value.most <= 1)
  }

  @Test func keepsTheOrderOfAKey() async throws {
    let stream = MemoryEventStream()
    struct Log: Sendable {
      var order: [String: [Int]] = [:]
      var atWork: Set<String> = []
      var overlaps = 0
      var failed: Set<Int> = []
    }
    let log = Watched(Log())
    try await stream.publish((0..<400).map { event($0, key: "k\($0 % 7)") }, to: "rides")
    try await harness(stream, workers: 8).run { event, _ in
      let key = event.extensions["partitionkey"] ?? ""
      let number = Int(event.id) ?? 0
      var fails = false
      log.change { log in
        if !log.atWork.insert(key).inserted { log.overlaps += 1 }
        fails = number % 5 == 0 && log.failed.insert(number).inserted
      }
      await Task.yield()
      log.change { log in
        log.atWork.remove(key)
        if !fails { log.order[key, default: []].append(number) }
      }
      if fails { throw FunctionError(.transient, code: "down", "is down") }
      return .noContent
    } while: { _ in
      await log.wait { $0.order.values.map(\.count).reduce(0, +) == 400 }
    }
    #expect(log.value.overlaps == 0)
    for (_, order) in log.value.order { #expect(order == order.sorted()) }
  }

  @Test func batchesFailInPart() async throws {
    let stream = MemoryEventStream()
    let letters = MemoryDeadLetterQueue()
    struct Batching: Function {
      let sizes: Watched<[Int]>
      init(_ setup: FunctionSetup) throws { throw SetupError("") }
      init(_ sizes: Watched<[Int]>) { self.sizes = sizes }
      func handle(_ event: Event, _ context: Context) async throws -> Response {
        guard event.id != "3" else { throw FunctionError(.badInput, code: "bad", "is bad") }
        return .noContent
      }
      func handle(batch events: [Event], _ context: Context) async -> [Result<Response, any Error>] {
        sizes.change { $0.append(events.count) }
        return events.map { event in
          event.id == "3" ? .failure(FunctionError(.badInput, code: "bad", "is bad")) : .success(.noContent)
        }
      }
    }
    let sizes = Watched<[Int]>([])
    try await stream.publish((0..<10).map { event($0) }, to: "rides")
    let harness = harness(stream, workers: 1, trigger: "batch: {batchSize: 10, timeout: 100s}", letters: letters)
    let runtime = try harness.makeRuntime { _ in Batching(sizes) }
    try await Harness.run(runtime) { _ in
      await sizes.wait { $0.reduce(0, +) == 10 }
      while !isIdle(stream) { await Task.yield() }
    }
    #expect(sizes.value == [10])
    #expect(letters.all().map(\.event.id) == ["3"])
  }

  @Test func takesOverWhatADeadConsumerLeft() async throws {
    let stream = MemoryEventStream()
    try await stream.createGroup(topic: "rides", group: "settle")
    try await stream.publish([event(0), event(1)], to: "rides")
    let taken = try await stream.read(topic: "rides", group: "settle", consumer: "dead", count: 2, block: .zero)
    #expect(taken.count == 2)
    let seen = Watched<[String: Int]>([:])
    try await harness(stream, attributes: ", claimAfter: 30ms").run { event, context in
      seen.change { $0[event.id] = context.attempt }
      return .noContent
    } while: { _ in
      await seen.wait { $0 == ["0": 2, "1": 2] }
      while !isIdle(stream) { await Task.yield() }
    }
  }

  /// An event that kills its consumer every time is given up without being tried again.
  @Test func givesUpWhatNobodyFinishes() async throws {
    let stream = MemoryEventStream()
    let letters = MemoryDeadLetterQueue()
    try await stream.createGroup(topic: "rides", group: "settle")
    try await stream.publish([event(0)], to: "rides")
    _ = try await stream.read(topic: "rides", group: "settle", consumer: "dead", count: 1, block: .zero)
    for _ in 0..<4 {
      _ = try await stream.claimIdle(topic: "rides", group: "settle", consumer: "dead", minIdle: .zero, count: 1)
    }
    try await harness(stream, attributes: ", claimAfter: 1ms", letters: letters).run { _, _ in
      Issue.record("was tried again")
      return .noContent
    } while: { _ in
      while letters.all().isEmpty { await Task.yield() }
    }
    #expect(letters.all().first?.reason.code == "neverFinished")
  }

  /// A stream that notes whose life is prolonged.
  private struct WatchedStream: EventStreamSource {
    let stream: MemoryEventStream
    let keptAlive: Watched<Set<String>>
    func createGroup(topic: String, group: String, startingAt start: StreamStart) async throws {
      try await stream.createGroup(topic: topic, group: group, startingAt: start)
    }
    func read(
      topic: String, group: String, consumer: String, count: Int, block: Duration
    ) async throws -> [StreamEntry] {
      try await stream.read(topic: topic, group: group, consumer: consumer, count: count, block: block)
    }
    func acknowledge(_ entryIDs: [String], topic: String, group: String) async throws {
      try await stream.acknowledge(entryIDs, topic: topic, group: group)
    }
    func claimIdle(
      topic: String, group: String, consumer: String, minIdle: Duration, count: Int
    ) async throws -> [StreamEntry] {
      try await stream.claimIdle(topic: topic, group: group, consumer: consumer, minIdle: minIdle, count: count)
    }
    func keepAlive(_ entryIDs: [String], topic: String, group: String, consumer: String) async throws {
      try await stream.keepAlive(entryIDs, topic: topic, group: group, consumer: consumer)
      keptAlive.change { $0.formUnion(entryIDs) }
    }
  }

  /// Long work is kept from being taken over by another consumer of the group.
  @Test func keepsWhatItWorksOn() async throws {
    let stream = MemoryEventStream()
    let watched = WatchedStream(stream: stream, keptAlive: Watched([]))
    let gate = Watched(false)
    try await stream.publish([event(0)], to: "rides")
    try await harness(watched, attributes: ", claimAfter: 30ms").run { _, _ in
      await gate.wait { $0 }
      return .noContent
    } while: { _ in
      await watched.keptAlive.wait { $0 == ["1"] }
      gate.change { $0 = true }
      while !isIdle(stream) { await Task.yield() }
    }
  }

  /// Redeploying over and over while events come loses none.
  @Test func drainingLosesNothing() async throws {
    let stream = MemoryEventStream()
    let letters = MemoryDeadLetterQueue()
    let handled = Watched<Set<String>>([])
    for round in 0..<4 {
      try await stream.publish((0..<24).map { event(round * 24 + $0, key: "k\($0 % 5)") }, to: "rides")
      try await harness(stream, attributes: ", claimAfter: 20ms", letters: letters).run { event, _ in
        await Task.yield()
        handled.change { $0.insert(event.id) }
        return .noContent
      } while: { _ in
        await handled.wait { $0.count > round * 5 }
      }
    }
    try await harness(stream, attributes: ", claimAfter: 20ms", letters: letters).run { event, _ in
      handled.change { $0.insert(event.id) }
      return .noContent
    } while: { _ in
      await handled.wait { $0.count == 96 }
      while !isIdle(stream) { await Task.yield() }
    }
    #expect(letters.all().isEmpty)
  }

  /// What is in flight at shutdown is finished and acknowledged.
  @Test func drainAcknowledgesWhatWasDone() async throws {
    let stream = MemoryEventStream()
    let started = Watched(false)
    let gate = Watched(false)
    try await stream.publish([event(0)], to: "rides")
    try await harness(stream).run { _, _ in
      started.change { $0 = true }
      await gate.wait { $0 }
      return .noContent
    } while: { running in
      await started.wait { $0 }
      await running.shutDown()
      gate.change { $0 = true }
    }
    #expect(isIdle(stream))
  }

  private struct BrokenStream: EventStreamSource {
    struct Down: Error {}
    func createGroup(topic: String, group: String, startingAt start: StreamStart) async throws { throw Down() }
    func read(
      topic: String, group: String, consumer: String, count: Int, block: Duration
    ) async throws -> [StreamEntry] { throw Down() }
    func acknowledge(_ entryIDs: [String], topic: String, group: String) async throws { throw Down() }
    func claimIdle(
      topic: String, group: String, consumer: String, minIdle: Duration, count: Int
    ) async throws -> [StreamEntry] { throw Down() }
    func keepAlive(_ entryIDs: [String], topic: String, group: String, consumer: String) async throws { throw Down() }
  }

  @Test func readinessSaysThatAStreamIsAway() async throws {
    try await harness(BrokenStream()).run { _, _ in
      .noContent
    } while: { running in
      while await running.runtime.readiness().isGood { await Task.yield() }
      #expect(await running.runtime.readiness().troubles == ["settle/rides: topic rides cannot be read"])
    }
  }
}
