extension ReplayReport {
  /// The report as a table for people.
  package var table: String {
    func seconds(_ value: Double) -> String { FixedPoint.text(value, decimals: 0) + " s" }
    func kilometers(_ meters: Double) -> String { FixedPoint.text(meters / 1_000, decimals: 1) + " km" }
    var rows: [(String, String)] = [
      ("requests", FixedPoint.grouped(requests)),
      ("served", "\(FixedPoint.grouped(served)) (\(FixedPoint.percent(serviceRate)))"),
      ("expired", FixedPoint.grouped(expired)),
      (
        "cancelled by riders", FixedPoint.grouped(cancelled) + (unreached > 0 ? " (\(unreached) never reached us)" : "")
      ),
      ("refused", FixedPoint.grouped(refused)),
      ("failed", FixedPoint.grouped(failed)),
      ("without a final state", FixedPoint.grouped(unfinished)),
      (
        "wait until pickup",
        "mean \(seconds(waitSeconds.mean)), median \(seconds(waitSeconds.median)), 90 % within \(seconds(waitSeconds.p90))"
      ),
      ("empty share", FixedPoint.percent(emptyShare)),
      (
        "driven",
        "\(kilometers(distanceMeters.ride)) with riders, \(kilometers(distanceMeters.pickup)) to pickups"
          + (distanceMeters.reposition > 0 ? ", \(kilometers(distanceMeters.reposition)) repositioning" : "")
      ),
      ("drivers", FixedPoint.grouped(drivers)),
      (
        "offers",
        "\(FixedPoint.grouped(offers.received)) received, \(offers.accepted) taken, \(offers.declined) declined, "
          + "\(offers.lost) lost"
          + (offers.next > 0 ? ", \(FixedPoint.grouped(offers.next)) taken during a ride" : "")
      ),
      ("revenue", "\(FixedPoint.text(Double(revenue.minorUnits) / 100, decimals: 2)) \(revenue.currency)"),
    ]
    rows += Self.httpRows(http: http, pings: pings)
    for (code, count) in errorsByCode.sorted(by: { $0.key < $1.key }) { rows.append(("  error \(code)", "\(count)")) }
    for (code, count) in refusalsByCode.sorted(by: { $0.key < $1.key }) {
      rows.append(("  answer \(code)", "\(count)"))
    }
    for recovery in recoveries {
      let after = FixedPoint.text(recovery.seconds, decimals: 2)
      let cleared = FixedPoint.text(recovery.clearedSeconds, decimals: 2)
      let outcome =
        recovery.isRecovered ? "back after \(after) s, all well after \(cleared) s" : "given up after \(cleared) s"
      rows.append(
        ("outage", "\(recovery.cause) at \(FixedPoint.text(recovery.atSeconds, decimals: 1)) s: \(outcome)"))
    }
    rows.append(
      (
        "time",
        "\(FixedPoint.text(citySeconds / 60, decimals: 0)) city minutes in \(FixedPoint.text(wallSeconds, decimals: 1)) s"
          + (interrupted ? ", ended early" : "")
      ))
    return Self.format(rows, notes: notes)
  }

  static func httpRows(http: HTTP, pings: Pings) -> [(String, String)] {
    func milliseconds(_ value: Double) -> String { FixedPoint.text(value, decimals: 1) + " ms" }
    let latency = http.latencyMilliseconds
    var answers = "\(FixedPoint.grouped(pings.accepted)) accepted"
    if pings.superseded > 0 { answers += " (\(FixedPoint.grouped(pings.superseded)) superseded)" }
    if pings.rejected > 0 { answers += ", \(FixedPoint.grouped(pings.rejected)) rejected" }
    if pings.lost > 0 { answers += ", \(FixedPoint.grouped(pings.lost)) unanswered" }
    if pings.skipped > 0 { answers += ", \(FixedPoint.grouped(pings.skipped)) skipped" }
    return [
      (
        "pings",
        "\(FixedPoint.grouped(pings.sent)) sent, \(answers), \(FixedPoint.grouped(Int(pings.perSecond))) a second"
      ),
      ("HTTP requests", "\(FixedPoint.grouped(http.requests)), \(http.errors) errors"),
      (
        "latency",
        "half within \(milliseconds(latency.p50)), 99 % within \(milliseconds(latency.p99)), "
          + "longest \(milliseconds(latency.max))"
      ),
    ]
  }

  static func format(_ rows: [(String, String)], notes: [String]) -> String {
    let width = rows.map(\.0.count).max() ?? 0
    var text = ""
    for (name, value) in rows {
      text += name + String(repeating: " ", count: width - name.count + 2) + value + "\n"
    }
    for note in notes { text += "note: \(note)\n" }
    return text
  }
}
