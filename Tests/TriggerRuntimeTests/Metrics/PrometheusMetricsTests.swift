import CoreMetrics
import Testing

@testable import TriggerRuntime

struct PrometheusMetricsTests {
  private func text(_ metrics: PrometheusMetrics) -> String { String(decoding: metrics.render(), as: UTF8.self) }

  @Test func rendersCountersGaugesAndHistograms() {
    let metrics = PrometheusMetrics()
    Counter(label: "requests", dimensions: [("b", "2"), ("a", "1")], factory: metrics).increment(by: 3)
    Counter(label: "requests", dimensions: [("a", "1"), ("b", "2")], factory: metrics).increment()
    Meter(label: "temperature", dimensions: [], factory: metrics).set(1.5)
    let timer = Timer(label: "took", dimensions: [], factory: metrics)
    timer.recordNanoseconds(3_000_000)
    timer.recordNanoseconds(2_500_000)
    timer.recordNanoseconds(60_000_000_000)
    let rendered = text(metrics)
    #expect(rendered.contains("# TYPE requests_total counter\nrequests_total{a=\"1\",b=\"2\"} 4\n"))
    #expect(rendered.contains("# TYPE temperature gauge\ntemperature 1.5\n"))
    #expect(rendered.contains("# TYPE took_seconds histogram\n"))
    #expect(rendered.contains("took_seconds_bucket{le=\"0.0025\"} 1\n"))
    #expect(rendered.contains("took_seconds_bucket{le=\"0.005\"} 2\n"))
    #expect(rendered.contains("took_seconds_bucket{le=\"30\"} 2\n"))
    #expect(rendered.contains("took_seconds_bucket{le=\"+Inf\"} 3\n"))
    #expect(rendered.contains("took_seconds_count 3\n"))
  }

  @Test func boundsItsLabels() {
    let metrics = PrometheusMetrics(maxSeriesPerMetric: 2)
    for user in 0..<100 {
      Counter(label: "hits", dimensions: [("user", "\(user)")], factory: metrics).increment()
    }
    let lines = text(metrics).split(separator: "\n").filter { $0.hasPrefix("hits_total{") }
    #expect(lines.count == 3)
    #expect(lines.contains("hits_total{user=\"other\"} 98"))
  }

  @Test func escapesAndCleans() {
    let metrics = PrometheusMetrics()
    Counter(label: "9 odd.name", dimensions: [("a-b", "x\"y\\z\n")], factory: metrics).increment()
    #expect(text(metrics).contains("_9_odd_name_total{a_b=\"x\\\"y\\\\z\\n\"} 1"))
  }

  @Test func forgetsWhatIsDestroyed() {
    let metrics = PrometheusMetrics()
    let counter = Counter(label: "gone", dimensions: [], factory: metrics)
    counter.increment()
    counter.destroy()
    #expect(!text(metrics).contains("gone"))
  }
}
