import FunctionKit
import Testing

@testable import TriggerRuntime

/// Leases of running ticks: renewed while the tick runs, soon free when its holder is gone.
@Suite(.timeLimit(.minutes(8)))
struct CronLeaseTests {
  private static let leaseDuration = Duration.milliseconds(30)

  /// Leases whose time passes only when a test says so, and which tell of renewals.
  private final class WatchedKeeper: LeaseKeeper {
    struct Down: Error {}

    let now = Watched(ContinuousClock.now)
    let renewals = Watched<[Bool]>([])
    let failures: Watched<Int>
    private let keeper: MemoryLeaseKeeper

    init(failures: Int = 0) {
      self.failures = Watched(failures)
      keeper = MemoryLeaseKeeper { [now] in now.value }
    }

    func acquire(_ name: String, for duration: Duration) async throws -> Lease? {
      try await keeper.acquire(name, for: duration)
    }

    func renew(_ lease: Lease, for duration: Duration) async throws -> Bool {
      if failures.value > 0 {
        failures.change { $0 -= 1 }
        throw Down()
      }
      let isHeld = try await keeper.renew(lease, for: duration)
      renewals.change { $0.append(isHeld) }
      return isHeld
    }

    func release(_ lease: Lease) async throws { try await keeper.release(lease) }

    func advance(by duration: Duration) { now.change { $0 += duration } }

    /// Waits for a renewal that began after this call.
    func waitForRenewal() async {
      let count = renewals.value.count
      await renewals.wait { $0.count >= count + 2 }
    }
  }

  private func lease(_ keeper: WatchedKeeper) -> CronLease {
    CronLease(keeper: keeper, name: "cron/tick", duration: Self.leaseDuration, logger: Harness.logger)
  }

  @Test func aTickThatRunsLongerThanTheLeaseKeepsIt() async throws {
    let keeper = WatchedKeeper()
    let (first, second) = (lease(keeper), lease(keeper))
    let held = try #require(try await first.acquire())
    try await first.hold(held) { () async throws -> Void in
      for _ in 2...6 {
        await keeper.waitForRenewal()
        keeper.advance(by: Self.leaseDuration * 2 / 3)
        #expect(try await second.acquire() == nil)
      }
    }
    #expect(keeper.renewals.value.allSatisfy { $0 })
    // Given back at the end, the next tick may run at once.
    let next = try #require(try await second.acquire())
    #expect(next.fencingToken > held.fencingToken)
  }

  @Test func aHolderThatDiesFreesItWithinTheLease() async throws {
    let keeper = WatchedKeeper()
    let held = try #require(try await lease(keeper).acquire())
    // Nobody renews it any more.
    let other = lease(keeper)
    keeper.advance(by: Self.leaseDuration - .nanoseconds(1))
    #expect(try await other.acquire() == nil)
    keeper.advance(by: .nanoseconds(1))
    let next = try #require(try await other.acquire())
    #expect(next.fencingToken > held.fencingToken)
    #expect(try await !keeper.renew(held, for: Self.leaseDuration))
  }

  @Test func aTickGoesOnWhereItsLeaseIsLost() async throws {
    let keeper = WatchedKeeper()
    let (first, second) = (lease(keeper), lease(keeper))
    let held = try #require(try await first.acquire())
    keeper.advance(by: Self.leaseDuration)
    let next = try #require(try await second.acquire())
    await first.hold(held) { await keeper.renewals.wait { $0 == [false] } }
    // The first holder's end takes nothing away from the second.
    #expect(try await keeper.renew(next, for: Self.leaseDuration))
  }

  @Test func aRenewalThatFailsIsTriedAgain() async throws {
    let keeper = WatchedKeeper(failures: 2)
    let first = lease(keeper)
    let held = try #require(try await first.acquire())
    await first.hold(held) { await keeper.renewals.wait { $0.first == true } }
    #expect(keeper.failures.value == 0)
  }

  @Test func twoInstancesNeverRunAtOnce() async throws {
    let keeper = WatchedKeeper()
    let clock = ManualClock(now: EventTime(unixMilliseconds: 0))
    let running = Watched(0)
    let most = Watched(0)
    let latest = Watched<Int64>(0)
    var harness = Harness(
      """
      metadata: {name: tick}
      spec:
        handler: Test
        triggers:
          every: {kind: cron, attributes: {interval: 1s}}
      """)
    harness.usesHTTP = false
    harness.clock = clock
    harness.leases = keeper
    harness.leaseDuration = Self.leaseDuration
    let instance = harness
    let function: @Sendable (Event, Context) async throws -> Response = { event, _ in
      running.change { $0 += 1 }
      latest.change { $0 = event.time?.unixMilliseconds ?? 0 }
      most.change { $0 = max($0, running.value) }
      // Longer than the lease, by the time of the leases.
      for _ in 0..<3 {
        await keeper.waitForRenewal()
        keeper.advance(by: Self.leaseDuration / 2)
      }
      running.change { $0 -= 1 }
      return .noContent
    }
    try await instance.run(function) { _ in
      try await instance.run(function) { _ in
        for second in 1...8 as ClosedRange<Int64> {
          // One of the two may be busy with the tick before.
          while clock.sleeperCount == 0 { await Task.yield() }
          clock.advance(to: EventTime(unixMilliseconds: second * 1_000))
          await latest.wait { $0 == second * 1_000 }
        }
        await running.wait { $0 == 0 }
      }
    }
    #expect(most.value == 1)
  }
}
