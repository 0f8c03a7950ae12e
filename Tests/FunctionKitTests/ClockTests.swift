import Testing

@testable import FunctionKit

@Suite(.timeLimit(.minutes(8)))
struct ClockTests {
  @Test func aManualClockWakesInOrder() async throws {
    let clock = ManualClock(now: EventTime(unixMilliseconds: 0))
    let sleeper = Task { try await clock.sleep(for: .seconds(1)) }
    while clock.sleeperCount == 0 { await Task.yield() }
    clock.advance(by: .milliseconds(999))
    #expect(clock.sleeperCount == 1)
    clock.advance(by: .milliseconds(1))
    try await sleeper.value
    clock.advance(to: EventTime(unixMilliseconds: 0))
    #expect(clock.now().unixMilliseconds == 1_000)
  }

  @Test func cancellationWakes() async {
    let clock = ManualClock(now: EventTime(unixMilliseconds: 0))
    let sleeper = Task { try await clock.sleep(for: .seconds(1)) }
    sleeper.cancel()
    await #expect(throws: CancellationError.self) { try await sleeper.value }
    #expect(clock.sleeperCount == 0)
  }

  @Test func anAnchoredClockRunsAtItsRate() async throws {
    let city = EventTime(unixMilliseconds: 1_211_018_400_000)
    let clock = AdjustableClock(anchor: .init(city: city, real: AdjustableClock.systemNow(), rate: 60))
    let moment = city.advanced(by: .seconds(2))
    try await clock.sleep(until: moment)
    #expect(clock.now() >= moment)
    clock.anchor = nil
    #expect(clock.now() > moment)
  }
}
