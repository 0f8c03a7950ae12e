import FunctionKit
import Testing

@testable import TriggerRuntime

/// Ticks across instances, deaths and pauses.
@Suite(.timeLimit(.minutes(8)))
struct CronLedgerTests {
  private struct Severed: Error {}

  /// Stores of an instance that can be killed: after that nothing it does reaches them.
  private final class Lifeline: LeaseKeeper, TickLedger {
    let keeper: any LeaseKeeper
    let ledger: any TickLedger
    let isCut = Watched(false)

    init(_ keeper: any LeaseKeeper, _ ledger: any TickLedger) {
      self.keeper = keeper
      self.ledger = ledger
    }

    private func check() throws {
      if isCut.value { throw Severed() }
    }

    func acquire(_ name: String, for duration: Duration) async throws -> Lease? {
      try check()
      return try await keeper.acquire(name, for: duration)
    }
    func renew(_ lease: Lease, for duration: Duration) async throws -> Bool {
      try check()
      return try await keeper.renew(lease, for: duration)
    }
    func release(_ lease: Lease) async throws {
      try check()
      try await keeper.release(lease)
    }
    func last(_ trigger: String) async throws -> LedgerTick? {
      try check()
      return try await ledger.last(trigger)
    }
    func advance(_ trigger: String, from known: EventTime?, to next: LedgerTick) async throws -> Bool {
      try check()
      return try await ledger.advance(trigger, from: known, to: next)
    }
    func finish(_ trigger: String, _ tick: EventTime) async throws {
      try check()
      try await ledger.finish(trigger, tick)
    }
  }

  private func harness(_ attributes: String, clock: any WallClock, _ line: Lifeline, more: String = "") -> Harness {
    var harness = Harness(
      """
      metadata: {name: tick}
      spec:
        handler: Test
        triggers:
          every: {kind: cron, \(more) attributes: {interval: 1s\(attributes)}}
      """)
    harness.usesHTTP = false
    harness.clock = clock
    harness.leases = line
    harness.ticks = line
    harness.leaseDuration = .milliseconds(40)
    return harness
  }

  private func milliseconds(_ seconds: Int) -> EventTime { EventTime(unixMilliseconds: Int64(seconds) * 1_000) }

  /// One of two instances is killed in the middle of a run: every tick runs once, none early, those that fell due meanwhile included.
  @Test func noTickIsLostOrDoubledWhenAnInstanceDies() async throws {
    let clock = ManualClock(now: milliseconds(0))
    let (keeper, ledger) = (MemoryLeaseKeeper(), MemoryTickLedger())
    let (first, second) = (Lifeline(keeper, ledger), Lifeline(keeper, ledger))
    let runs = Watched<[Int64]>([])
    let early = Watched(0)
    let isStuck = Watched(false)
    let gate = Watched(false)
    @Sendable func function(_ line: Lifeline) -> @Sendable (Event, Context) async throws -> Response {
      { event, _ in
        let time = event.time?.unixMilliseconds ?? 0
        if clock.now().unixMilliseconds < time { early.change { $0 += 1 } }
        runs.change { $0.append(time) }
        if time == 10_000 {
          // Whoever has this tick dies at it.
          line.isCut.change { $0 = true }
          isStuck.change { $0 = true }
          await gate.wait { $0 }
        }
        return .noContent
      }
    }
    try await harness("", clock: clock, first).run(function(first)) { _ in
      try await harness("", clock: clock, second).run(function(second)) { _ in
        for tick in 1...9 {
          while clock.sleeperCount < 2 { await Task.yield() }
          clock.advance(to: milliseconds(tick))
          await runs.wait { $0.count >= tick }
        }
        while clock.sleeperCount < 2 { await Task.yield() }
        clock.advance(to: milliseconds(10))
        await isStuck.wait { $0 }
        // Before the lease of the dead one ends, more ticks fall due.
        for tick in 11...14 { clock.advance(to: milliseconds(tick)) }
        await runs.wait { $0.count >= 14 }
        for tick in 15...20 {
          while clock.sleeperCount < 1 { await Task.yield() }
          clock.advance(to: milliseconds(tick))
          await runs.wait { $0.count >= tick }
        }
        gate.change { $0 = true }
      }
    }
    #expect(runs.value == (1...20).map { $0 * 1_000 })
    #expect(early.value == 0)
  }

  /// A ledger that writes but whose answers get lost now and then.
  private final class Forgetful: TickLedger {
    let ledger = MemoryTickLedger()
    let calls = Watched(0)
    func last(_ trigger: String) async throws -> LedgerTick? { try await ledger.last(trigger) }
    func advance(_ trigger: String, from known: EventTime?, to next: LedgerTick) async throws -> Bool {
      let isWritten = try await ledger.advance(trigger, from: known, to: next)
      calls.change { $0 += 1 }
      if calls.value % 3 == 0 { throw Severed() }
      return isWritten
    }
    func finish(_ trigger: String, _ tick: EventTime) async throws { try await ledger.finish(trigger, tick) }
  }

  @Test func aTickWhoseAnswerWasLostRunsOnce() async throws {
    let clock = ManualClock(now: milliseconds(0))
    let runs = Watched<[Int64]>([])
    try await harness("", clock: clock, Lifeline(MemoryLeaseKeeper(), Forgetful())).run { event, _ in
      runs.change { $0.append(event.time?.unixMilliseconds ?? 0) }
      return .noContent
    } while: { _ in
      for tick in 1...9 {
        while clock.sleeperCount == 0 { await Task.yield() }
        clock.advance(to: milliseconds(tick))
        await runs.wait { $0.count >= tick }
      }
    }
    #expect(runs.value == (1...9).map { $0 * 1_000 })
  }

  /// Where the function asks for it, the tick whose instance died is run again, under the same id.
  @Test func anInterruptedTickIsRepeatedOnRequest() async throws {
    let clock = ManualClock(now: milliseconds(0))
    let ledger = MemoryTickLedger()
    // Somebody fired the third tick and died.
    _ = try await ledger.advance("tick/every", from: nil, to: LedgerTick(time: milliseconds(3), isDone: false))
    clock.advance(to: EventTime(unixMilliseconds: 3_500))
    let runs = Watched<[String]>([])
    try await harness("", clock: clock, Lifeline(MemoryLeaseKeeper(), ledger), more: "delivery: atLeastOnce,").run {
      event, context in
      runs.change { $0.append("\(event.id) \(context.attempt)") }
      return .noContent
    } while: { _ in
      while clock.sleeperCount == 0 { await Task.yield() }
      clock.advance(to: milliseconds(4))
      await runs.wait { $0.count >= 2 }
    }
    #expect(runs.value == ["tick/every@3000 2", "tick/every@4000 1"])
  }

  @Test(arguments: [("skip", [11]), ("once", [10, 11]), ("all", [3, 4, 5, 6, 7, 8, 9, 10, 11])])
  func missedTicks(policy: String, expected: [Int]) async throws {
    let base = 1_000_000
    let clock = ManualClock(now: milliseconds(base + 10))
    let ledger = MemoryTickLedger()
    _ = try await ledger.advance("tick/every", from: nil, to: LedgerTick(time: milliseconds(base + 2), isDone: true))
    // Long enough ago that no other instance may still be about to fire them.
    let clockNow = policy == "skip" ? base + 40 : base + 10
    clock.advance(to: milliseconds(clockNow))
    let shift = clockNow - (base + 10)
    let runs = Watched<[Int64]>([])
    try await harness(", missed: \(policy)", clock: clock, Lifeline(MemoryLeaseKeeper(), ledger)).run { event, _ in
      runs.change { $0.append(event.time?.unixMilliseconds ?? 0) }
      return .noContent
    } while: { _ in
      while clock.sleeperCount == 0 { await Task.yield() }
      clock.advance(to: milliseconds(base + 11 + shift))
      await runs.wait { $0.last == milliseconds(base + 11 + shift).unixMilliseconds }
    }
    let seconds = runs.value.map { Int($0 / 1_000) - base - shift }
    if policy == "skip" {
      // Ticks of the last seconds may be another instance's to fire: the last of them runs.
      #expect(seconds.suffix(1) == [11] && seconds.count <= 2, "\(seconds)")
    } else {
      #expect(seconds == expected)
    }
  }

  @Test func aLedgerFromBeforeTheClockWasSetBackIsNoReasonToWait() async throws {
    let clock = ManualClock(now: milliseconds(100))
    let ledger = MemoryTickLedger()
    _ = try await ledger.advance("tick/every", from: nil, to: LedgerTick(time: milliseconds(9_999_999), isDone: true))
    let runs = Watched<[Int64]>([])
    try await harness("", clock: clock, Lifeline(MemoryLeaseKeeper(), ledger)).run { event, _ in
      runs.change { $0.append(event.time?.unixMilliseconds ?? 0) }
      return .noContent
    } while: { _ in
      while clock.sleeperCount == 0 { await Task.yield() }
      clock.advance(to: milliseconds(101))
      await runs.wait { $0 == [101_000] }
    }
  }

  @Test func ticksOfASpan() throws {
    let schedule = CronSchedule.interval(milliseconds: 1_000)
    let all = schedule.ticks(after: milliseconds(2), upTo: milliseconds(6), limit: 10)
    #expect(all.ticks == (3...6).map(milliseconds))
    #expect(all.leftOut == 0)
    let last = schedule.ticks(after: milliseconds(2), upTo: milliseconds(6), limit: 2)
    #expect(last.ticks == [milliseconds(5), milliseconds(6)])
    #expect(last.leftOut == 2)
    #expect(schedule.ticks(after: milliseconds(6), upTo: milliseconds(6), limit: 2).ticks.isEmpty)
    let everyFiveMinutes = try #require(CronFields("*/5 * * * *"))
    let fields = try #require(CronSchedule(everyFiveMinutes, in: "UTC"))
    let hour = fields.ticks(after: milliseconds(0), upTo: milliseconds(3_600), limit: 3)
    #expect(hour.ticks == [3_000, 3_300, 3_600].map(milliseconds))
    #expect(hour.leftOut == 9)
  }
}
