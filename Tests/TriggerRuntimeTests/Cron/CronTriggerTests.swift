import FunctionKit
import Testing

@testable import TriggerRuntime

@Suite(.timeLimit(.minutes(8)))
struct CronTriggerTests {
  private func harness(_ attributes: String, clock: any WallClock, workers: Int = 1) -> Harness {
    var harness = Harness(
      """
      metadata: {name: tick}
      spec:
        handler: Test
        triggers:
          every: {kind: cron, numWorkers: \(workers), attributes: \(attributes)}
      """)
    harness.usesHTTP = false
    harness.clock = clock
    return harness
  }

  /// Waits for a number of events.
  private func wait(for count: Int, in events: Watched<[Event]>) async {
    await events.wait { $0.count >= count }
  }

  private func ticks(_ events: [Event]) -> [Int64] { events.compactMap { $0.time?.unixMilliseconds } }

  @Test func ticksWhenCityTimeComes() async throws {
    let clock = ManualClock(now: EventTime(unixMilliseconds: 1_000))
    let events = Watched<[Event]>([])
    let early = Watched<[String]>([])
    let harness = harness("{interval: 2s, event: {body: \"{}\", headers: {Region: sf}}}", clock: clock)
    try await harness.run { event, context in
      if clock.now() < event.time ?? EventTime(unixMilliseconds: .max) { early.change { $0.append(event.id) } }
      if context.caller != .service("cron") { early.change { $0.append(context.caller.description) } }
      events.change { $0.append(event) }
      return .noContent
    } while: { _ in
      while clock.sleeperCount == 0 { await Task.yield() }
      // Just before is too early.
      clock.advance(to: EventTime(unixMilliseconds: 1_999))
      for _ in 0..<100 { await Task.yield() }
      #expect(events.value.isEmpty)
      clock.advance(to: EventTime(unixMilliseconds: 2_000))
      await wait(for: 1, in: events)
      while clock.sleeperCount == 0 { await Task.yield() }
      clock.advance(to: EventTime(unixMilliseconds: 4_500))
      await wait(for: 2, in: events)
      #expect(ticks(events.value) == [2_000, 4_000])
      let event = try #require(events.value.first)
      #expect(event.body == Array("{}".utf8))
      #expect(event.extensions == ["region": "sf"])
      #expect(event.type == "cabstand.cron.ticked.v1")
      #expect(event.trigger == TriggerInfo(kind: "cron", name: "every"))
      let ids = Set(events.value.map { $0.id })
      #expect(ids.count == 2)
      #expect(early.value == [])
    }
  }

  @Test func aLateTickRunsOnceAndTheMissedOnesAreCounted() async throws {
    let clock = ManualClock(now: EventTime(unixMilliseconds: 0))
    let events = Watched<[Event]>([])
    let harness = harness("{interval: 1s}", clock: clock)
    let metrics = harness.metrics
    try await harness.run { event, _ in
      events.change { $0.append(event) }
      return .noContent
    } while: { _ in
      while clock.sleeperCount == 0 { await Task.yield() }
      clock.advance(to: EventTime(unixMilliseconds: 10_500))
      await wait(for: 1, in: events)
      while clock.sleeperCount == 0 { await Task.yield() }
      clock.advance(to: EventTime(unixMilliseconds: 11_000))
      await wait(for: 2, in: events)
      #expect(ticks(events.value) == [10_000, 11_000])
      let text = String(decoding: metrics.render(), as: UTF8.self)
      #expect(text.contains("cabstand_cron_missed_ticks_total{function=\"tick\",trigger=\"every\"} 9"))
    }
  }

  @Test func ticksDoNotOverlapUnlessAllowed() async throws {
    for policy in ["Forbid", "Allow"] {
      let clock = ManualClock(now: EventTime(unixMilliseconds: 0))
      let started = Watched<[Int64]>([])
      let gate = Watched(false)
      let harness = harness("{interval: 1s, concurrencyPolicy: \(policy)}", clock: clock, workers: 2)
      try await harness.run { event, _ in
        started.change { $0.append(event.time?.unixMilliseconds ?? 0) }
        await gate.wait { $0 }
        return .noContent
      } while: { _ in
        while clock.sleeperCount == 0 { await Task.yield() }
        clock.advance(to: EventTime(unixMilliseconds: 1_000))
        await started.wait { $0.count == 1 }
        if policy == "Allow" {
          while clock.sleeperCount == 0 { await Task.yield() }
          clock.advance(to: EventTime(unixMilliseconds: 2_000))
          await started.wait { $0 == [1_000, 2_000] }
        } else {
          clock.advance(to: EventTime(unixMilliseconds: 2_000))
          for _ in 0..<100 { await Task.yield() }
          #expect(started.value == [1_000])
        }
        gate.change { $0 = true }
        await started.wait { $0 == [1_000, 2_000] }
      }
    }
  }

  @Test func oneInstanceRunsATick() async throws {
    let clock = ManualClock(now: EventTime(unixMilliseconds: 0))
    let events = Watched<[Event]>([])
    var first = harness("{interval: 1s}", clock: clock)
    first.leases = MemoryLeaseKeeper()
    first.leaseDuration = .milliseconds(20)
    let second = first
    let foreign = second.metrics
    try await first.run { event, _ in
      events.change { $0.append(event) }
      return .noContent
    } while: { _ in
      try await second.run { event, _ in
        events.change { $0.append(event) }
        return .noContent
      } while: { _ in
        for tick in 1...20 {
          while clock.sleeperCount < 2 { await Task.yield() }
          clock.advance(to: EventTime(unixMilliseconds: Int64(tick) * 1_000))
          await events.wait { $0.count >= tick }
        }
        while clock.sleeperCount < 2 { await Task.yield() }
      }
    }
    #expect(ticks(events.value) == (1...20).map { $0 * 1_000 })
    let tokens = events.value.compactMap { $0.extensions["fencingtoken"].flatMap(UInt64.init) }
    #expect(tokens.count == 20)
    #expect(tokens == tokens.sorted())
    #expect(Set(tokens).count == 20)
    #expect(
      String(decoding: foreign.render(), as: UTF8.self).contains(
        "cabstand_cron_foreign_ticks_total{function=\"tick\",trigger=\"every\"} 20"))
  }

  private struct BrokenKeeper: LeaseKeeper {
    struct Down: Error {}
    let calls: Watched<Int>
    func acquire(_ name: String, for duration: Duration) async throws -> Lease? {
      calls.change { $0 += 1 }
      throw Down()
    }
    func renew(_ lease: Lease, for duration: Duration) async throws -> Bool { throw Down() }
    func release(_ lease: Lease) async throws {}
  }

  @Test func withoutLeasesNobodyRunsAndReadinessSaysSo() async throws {
    let clock = ManualClock(now: EventTime(unixMilliseconds: 0))
    let calls = Watched(0)
    var harness = harness("{interval: 1s}", clock: clock)
    harness.leases = BrokenKeeper(calls: calls)
    try await harness.run { _, _ in
      Issue.record("ran without a lease")
      return .noContent
    } while: { running in
      while clock.sleeperCount == 0 { await Task.yield() }
      clock.advance(by: .seconds(1))
      await calls.wait { $0 >= 2 }
      #expect(await running.runtime.readiness().troubles == ["tick/every: ticks and leases cannot be had"])
    }
  }

  /// A replay sets city time back by years; the trigger must not sleep until the old time comes again.
  @Test func followsAClockThatIsSetBack() async throws {
    let clock = AdjustableClock()
    let events = Watched<[Event]>([])
    try await harness("{schedule: \"* * * * *\"}", clock: clock).run { event, _ in
      events.change { $0.append(event) }
      return .noContent
    } while: { _ in
      let city = try #require(EventTime(rfc3339: "2008-05-17T10:00:00Z"))
      clock.anchor = .init(city: city, real: AdjustableClock.systemNow(), rate: 1_000)
      await events.wait { $0.count >= 2 }
      #expect(events.value.allSatisfy { $0.time?.rfc3339.hasPrefix("2008-05-17") == true })
    }
  }
}
