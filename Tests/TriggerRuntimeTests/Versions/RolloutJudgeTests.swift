import FunctionKit
import Testing

@testable import TriggerRuntime

/// When a version is worse than the stable one.
struct RolloutJudgeTests {
  private func tally(_ events: Int64, failing: Int64 = 0, milliseconds: Int64 = 1) -> VersionTally {
    var tally = VersionTally()
    for index in 0..<events { tally.count(isFailure: index < failing, nanoseconds: milliseconds * 1_000_000) }
    return tally
  }

  private func isBad(_ verdict: RolloutJudge.Verdict) -> Bool {
    if case .bad = verdict { true } else { false }
  }

  @Test func failures() {
    let judge = RolloutJudge(RolloutSpecification())
    #expect(judge.verdict(tally(99, failing: 99), stable: tally(1_000)) == .unknown)
    #expect(isBad(judge.verdict(tally(100, failing: 33), stable: tally(1_000))))
    #expect(judge.verdict(tally(100, failing: 33), stable: tally(1_000, failing: 330)) == .good)
    #expect(judge.verdict(tally(100, failing: 4), stable: tally(1_000)) == .good)
    // Seven more of a hundred, but of so few events that chance explains it.
    #expect(judge.verdict(tally(100, failing: 17), stable: tally(100, failing: 10)) == .good)
    #expect(isBad(judge.verdict(tally(10_000, failing: 1_700), stable: tally(10_000, failing: 1_000))))
    #expect(isBad(judge.verdict(tally(100, failing: 50), stable: VersionTally())))
  }

  @Test func latency() {
    var plan = RolloutSpecification()
    #expect(RolloutJudge(plan).verdict(tally(100, milliseconds: 50), stable: tally(100)) == .good)
    plan.maxLatencyFactor = 2
    #expect(isBad(RolloutJudge(plan).verdict(tally(100, milliseconds: 50), stable: tally(100))))
    #expect(RolloutJudge(plan).verdict(tally(100, milliseconds: 2), stable: tally(100, milliseconds: 2)) == .good)
    plan.maxLatencyFactor = nil
    plan.maxLatency = .milliseconds(20)
    #expect(isBad(RolloutJudge(plan).verdict(tally(100, milliseconds: 50), stable: tally(100, milliseconds: 50))))
    #expect(RolloutJudge(plan).verdict(tally(100, milliseconds: 10), stable: tally(100)) == .good)
  }

  @Test func `buckets hold what they say`() {
    for nanoseconds: Int64 in [0, 999, 1_000, 1_999, 2_000, 3_500, 7_000, 123_456, 9_999_999, 86_400_000_000_000, .max]
    {
      let bucket = VersionTally.bucket(nanoseconds)
      #expect((0..<VersionTally.bucketCount).contains(bucket))
      guard bucket < VersionTally.bucketCount - 1 else { continue }
      let upper = VersionTally.upperNanoseconds(bucket)
      #expect(Double(nanoseconds) <= upper)
      // A quarter of a doubling, and the microsecond that is cut off.
      #expect(bucket == 0 || upper <= Double(nanoseconds) * 1.25 + 1_000)
    }
  }

  @Test func `tallies are the same after counters`() {
    let tally = tally(250, failing: 7, milliseconds: 12)
    #expect(VersionTally.read(tally.counters("1.2-b"))["1.2-b"] == tally)
  }
}
