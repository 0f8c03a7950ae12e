import DispatchCore

/// What a simulation came to, with what charts need.
package struct SimulationResult: Sendable {
  package var report: SimulationReport
  package var series: SimulationSeries
  /// Seconds from each request to the arrival of a driver, by request; nil where the rider was not served.
  package var waits: [Double?]
  package var scenario: Scenario
}

extension Simulation {
  func result(isWhole: Bool, end: Int64, wall: Duration) -> SimulationResult {
    var replay = ReplayReport(tally: world.tally, drivers: scenario.drivers.count)
    let seconds = Double(wall.components.seconds) + Double(wall.components.attoseconds) / 1e18
    replay.run = "sim-\(options.world.seed)"
    replay.http.requests = calls.requests
    replay.http.errors = calls.errors
    replay.pings = pingCount.report(seconds: seconds)
    replay.errorsByCode = calls.errorsByCode
    replay.refusalsByCode = calls.refusalsByCode
    replay.citySeconds = Double(end - scenario.startMilliseconds) / 1_000
    replay.wallSeconds = seconds
    replay.speed = seconds > 0 ? replay.citySeconds / seconds : 0
    replay.interrupted = !isWhole
    replay.notes = scenario.notes + notes.prefix(20)
    var report = SimulationReport(replay: replay)
    report.policy = options.policyName
    report.decisionLogDigest = log.digest
    report.decisions = log.lines
    report.matching = SimulationReport.Matching(
      batches: Int(matchTimes.count), p50Milliseconds: matchTimes.milliseconds(atQuantile: 0.5),
      p99Milliseconds: matchTimes.milliseconds(atQuantile: 0.99), maxMilliseconds: matchTimes.maximumMilliseconds)
    report.violationCount = violations.count
    report.violations = violations.prefix(20).map { "\($0.invariant): \($0.subject) \($0.detail)" }
    return SimulationResult(report: report, series: series, waits: world.waits, scenario: scenario)
  }
}
