import FunctionKit
import Testing

@testable import TriggerRuntime

@Suite(.timeLimit(.minutes(8)))
struct InvocationStatisticsTests {
  @Test func quantilesLieWithinTheirBucket() {
    var reading = HistogramReading(bounds: [1, 2, 4], buckets: [0, 0, 0], count: 0)
    #expect(reading.quantile(0.5) == nil)
    reading = HistogramReading(bounds: [1, 2, 4], buckets: [10, 80, 10], count: 100)
    #expect(reading.quantile(0.5) == 1.5)
    #expect(reading.quantile(0.05) == 0.5)
    #expect(reading.quantile(1) == 4)
    // Beyond the last bound nobody knows.
    #expect(HistogramReading(bounds: [1, 2, 4], buckets: [0, 0, 0], count: 5).quantile(0.5) == 4)
    let later = HistogramReading(bounds: [1, 2, 4], buckets: [11, 80, 10], count: 101)
    #expect(later.since(reading).buckets == [1, 0, 0])
    #expect(reading.since(later).count == 100)
  }

  @Test func sharesAreOfWhoseFaultItWas() async throws {
    var set = FunctionSet()
    set.add("f") { event, _ in
      switch event.id {
      case "bad": throw FunctionError(.badInput, code: "bad", "is bad")
      case "down": throw FunctionError(.transient, code: "down", "is down")
      default: return .noContent
      }
    }
    let metrics = set.metrics
    let statistics = InvocationStatistics(metrics: metrics)
    try await set.run { running in
      for id in ["1", "2", "bad", "down"] {
        _ = try await running.post(CloudEventsMessage(Event(id: id, source: "/s", type: "t")))
      }
      while statistics.summary(function: "f", trigger: "events").count < 4 { await Task.yield() }
      let summary = statistics.summary(function: "f", trigger: "events")
      #expect(summary.count == 4)
      #expect(summary.failedShare == 0.25 && summary.rejectedShare == 0.25)
      #expect(summary.perSecond > 0)
      let median = try #require(summary.p50Seconds)
      #expect(median <= summary.p99Seconds ?? 0)
      #expect(statistics.summary(function: "g", trigger: "events").count == 0)
      let status = running.runtime.triggerStatus()
      #expect(status.map(\.trigger) == ["direct", "events"])
      #expect(status.last?.numWorkers == 2 && status.last?.inFlight == 0 && status.last?.trouble == nil)
      let text = String(decoding: metrics.render(), as: UTF8.self)
      #expect(
        text.contains(
          "cabstand_function_duration_seconds_count{function=\"f\",outcome=\"rejected\",trigger=\"events\"} 1\n"))
      #expect(
        text.contains(
          "cabstand_function_invocations_total{function=\"f\",outcome=\"transient\",trigger=\"events\"} 1\n"))
    }
  }
}
