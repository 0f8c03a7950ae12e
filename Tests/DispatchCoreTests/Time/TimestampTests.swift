import DispatchCore
import Testing

@Suite("Timestamps")
struct TimestampTests {
  private let ends: [Int64] = [.min, .min + 1, -86_400_001, -1, 0, 1, 86_400_000, .max - 1, .max]

  /// The sum without bounds, clamped: what saturating means.
  private func clamped(_ value: Int128) -> Int64 { Int64(clamping: value) }

  @Test("Moving and measuring saturate at the ends")
  func saturation() {
    for moment in ends {
      for step in ends {
        let sum = Timestamp(unixMilliseconds: moment).advanced(byMilliseconds: step)
        #expect(sum.unixMilliseconds == clamped(Int128(moment) + Int128(step)))
        let span = Timestamp(unixMilliseconds: moment).milliseconds(since: Timestamp(unixMilliseconds: step))
        #expect(span == clamped(Int128(moment) - Int128(step)))
        let far = Timestamp(unixMilliseconds: moment).advanced(bySeconds: Int(step))
        let product = clamped(Int128(step) * 1_000)
        #expect(far.unixMilliseconds == clamped(Int128(moment) + Int128(product)), "\(moment) + \(step) s")
      }
    }
  }

  @Test("Seconds are thousandths")
  func seconds() {
    #expect(Timestamp(unixMilliseconds: 2_500).seconds(since: Timestamp(unixMilliseconds: 1_000)) == 1.5)
    #expect(Timestamp(unixMilliseconds: 1_000).advanced(bySeconds: -3).unixMilliseconds == -2_000)
  }

  @Test("Moments compare by their milliseconds")
  func order() {
    #expect(ends.map { Timestamp(unixMilliseconds: $0) }.shuffled().sorted().map(\.unixMilliseconds) == ends)
  }

  @Test("The window of event times includes its bounds, and no moment traps")
  func window() {
    let window = EventTimeWindow()
    let now = Samples.start
    #expect(window.judge(now, now: now) == .fine)
    #expect(window.judge(now.advanced(bySeconds: 60), now: now) == .fine)
    #expect(window.judge(now.advanced(byMilliseconds: 60_001), now: now) == .tooFarAhead)
    #expect(window.judge(now.advanced(bySeconds: -48 * 3_600), now: now) == .fine)
    #expect(window.judge(now.advanced(byMilliseconds: -48 * 3_600_000 - 1), now: now) == .tooFarBack)
    for moment in ends {
      for clock in ends {
        let verdict = window.judge(Timestamp(unixMilliseconds: moment), now: Timestamp(unixMilliseconds: clock))
        let distance = Int128(moment) - Int128(clock)
        let expected: EventTimeWindow.Verdict =
          distance > 60_000 ? .tooFarAhead : distance < -172_800_000 ? .tooFarBack : .fine
        #expect(verdict == expected, "\(moment) at \(clock)")
      }
    }
  }
}
