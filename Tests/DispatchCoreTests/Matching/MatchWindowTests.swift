import DispatchCore
import Testing

@Suite("Match windows")
struct MatchWindowTests {
  private let window = MatchWindow(minimumSeconds: 2, maximumSeconds: 32)

  @Test("Short while drivers are plenty, longer the scarcer they are, never longer than allowed")
  func lengths() {
    #expect(window.seconds(waiting: 3, free: 500, arrivalsPerSecond: 0.5) == 2)
    #expect(window.seconds(waiting: 0, free: 0, arrivalsPerSecond: 0) == 2)
    #expect(window.seconds(waiting: 9, free: 0, arrivalsPerSecond: 0) == 32)
    var last = 0
    for free in stride(from: 40, through: 0, by: -1) {
      let seconds = window.seconds(waiting: 10, free: free, arrivalsPerSecond: 1)
      #expect(seconds >= last && (2...32).contains(seconds))
      last = seconds
    }
    #expect(last == 32)
    for odd in [Double.nan, .infinity, -5] {
      #expect((2...32).contains(window.seconds(waiting: .max, free: -3, arrivalsPerSecond: odd)))
    }
    #expect(MatchWindow(minimumSeconds: 5, maximumSeconds: 1).seconds(waiting: 9, free: 0, arrivalsPerSecond: 1) == 5)
  }

  @Test("Windows end at the multiples of their length, and shorter ones end there too")
  func ends() {
    for seconds in [2, 4, 8, 16, 32] {
      var ends: [Int64] = []
      for tick in stride(from: Int64(-64_000), through: 64_000, by: 2_000)
      where window.ends(at: Timestamp(unixMilliseconds: tick), seconds: seconds) {
        ends.append(tick)
      }
      #expect(ends == Array(stride(from: -64_000, through: 64_000, by: Int64.Stride(seconds * 1_000))))
    }
    // A tick that is a little late still ends it, once.
    let late = (0..<40).filter { window.ends(at: Timestamp(unixMilliseconds: Int64($0) * 2_000 + 700), seconds: 16) }
    #expect(late == [0, 8, 16, 24, 32])
    _ = window.ends(at: Timestamp(unixMilliseconds: .min), seconds: .max)
    _ = window.ends(at: Timestamp(unixMilliseconds: .max), seconds: .max)
  }
}
