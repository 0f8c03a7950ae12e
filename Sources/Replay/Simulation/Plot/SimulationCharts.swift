/// The charts of a simulated day.
package struct SimulationCharts {
  private let result: SimulationResult
  private var zone: CityTimeZone { result.scenario.travelTime.zone }

  /// Prepares the charts of a result.
  package init(_ result: SimulationResult) {
    self.result = result
  }

  /// Name of the file and text of every chart.
  package var all: [(name: String, svg: String)] {
    [
      ("waits", waits), ("requests", requests), ("fleet", fleet), ("empty", empty),
      (
        "map",
        DemandMap(series: result.series, title: "Free drivers per request by zone, against the whole city").text
      ),
    ]
  }

  /// Waits by the time of the request, in quarters of an hour.
  private var waits: String {
    var groups: [Int64: [Double]] = [:]
    for (request, wait) in zip(result.scenario.requests, result.waits) {
      if let wait { groups[request.unixMilliseconds / 900_000, default: []].append(wait) }
    }
    let sorted = groups.sorted { $0.key < $1.key }
    func series(_ title: String, _ color: String, _ value: ([Double]) -> Double) -> TimeChart.Series {
      TimeChart.Series(
        title: title, color: color, points: sorted.map { ($0.key * 900_000 + 450_000, value($0.value)) })
    }
    return TimeChart(
      title: "Wait until pickup", unit: "s", style: .lines,
      series: [
        series("mean", "#1b6ca8") { Statistics.mean(of: $0) ?? 0 },
        series("90 % within", "#d1495b") { Statistics.quantile(0.9, of: $0) ?? 0 },
      ], zone: zone
    ).text
  }

  private var requests: String {
    let samples = result.series.samples
    func rate(_ count: (SimulationSeries.Sample) -> Int) -> [(milliseconds: Int64, value: Double)] {
      zip(samples, samples.dropFirst()).map { earlier, later in
        let minutes = Double(later.unixMilliseconds - earlier.unixMilliseconds) / 60_000
        return (later.unixMilliseconds, minutes > 0 ? Double(count(later) - count(earlier)) / minutes : 0)
      }
    }
    return TimeChart(
      title: "Requests and rides served, a minute; requests open", unit: "", style: .lines,
      series: [
        TimeChart.Series(title: "requests a minute", color: "#1b6ca8", points: rate(\.requests)),
        TimeChart.Series(title: "served a minute", color: "#3a8f5c", points: rate(\.served)),
        TimeChart.Series(
          title: "open", color: "#d1495b", points: samples.map { ($0.unixMilliseconds, Double($0.open)) }),
      ], zone: zone
    ).text
  }

  private var fleet: String {
    let colors: [DriverView.Occupation: String] = [
      .off: "#bbbbbb", .parked: "#9ecae1", .repositioning: "#c994c7", .toPickup: "#f2b134", .withRider: "#3a8f5c",
    ]
    let order: [DriverView.Occupation] = [.withRider, .toPickup, .repositioning, .parked, .off]
    return TimeChart(
      title: "What drivers do", unit: "drivers", style: .areas,
      series: order.map { occupation in
        TimeChart.Series(
          title: occupation.title, color: colors[occupation] ?? "#000000",
          points: result.series.samples.map { ($0.unixMilliseconds, Double($0.drivers[occupation.index])) })
      }, zone: zone
    ).text
  }

  /// The share of the distance driven without a rider, by hour.
  private var empty: String {
    var hours: [Int64: (empty: Double, all: Double)] = [:]
    for (earlier, later) in zip(result.series.samples, result.series.samples.dropFirst()) {
      let empty = later.pickupMeters + later.repositionMeters - earlier.pickupMeters - earlier.repositionMeters
      let hour = earlier.unixMilliseconds / 3_600_000
      hours[hour, default: (0, 0)].empty += empty
      hours[hour, default: (0, 0)].all += empty + later.rideMeters - earlier.rideMeters
    }
    return TimeChart(
      title: "Distance driven without a rider", unit: "%", style: .bars,
      series: [
        TimeChart.Series(
          title: "empty", color: "#1b6ca8",
          points: hours.sorted { $0.key < $1.key }.map {
            ($0.key * 3_600_000, $0.value.all > 0 ? 100 * $0.value.empty / $0.value.all : 0)
          })
      ], zone: zone
    ).text
  }
}
