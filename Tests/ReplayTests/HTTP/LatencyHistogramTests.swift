import Replay
import Testing

struct LatencyHistogramTests {
  @Test func quantilesAreRightToAFewPercent() {
    var histogram = LatencyHistogram()
    for microseconds in 1...100_000 { histogram.record(nanoseconds: Int64(microseconds) * 1_000) }
    for quantile in [0.01, 0.5, 0.9, 0.99, 0.999] {
      let expected = quantile * 100
      #expect(abs(histogram.milliseconds(atQuantile: quantile) - expected) <= expected * 0.02 + 0.002)
    }
    #expect(histogram.maximumMilliseconds == 100)
    #expect(histogram.milliseconds(atQuantile: 1) == 100)
    #expect(histogram.count == 100_000)
  }

  @Test func takesAnything() {
    var histogram = LatencyHistogram()
    #expect(histogram.milliseconds(atQuantile: 0.5) == 0)
    histogram.record(nanoseconds: -5)
    histogram.record(nanoseconds: .max)
    #expect(histogram.maximumMilliseconds == 3_600_000)
  }
}
