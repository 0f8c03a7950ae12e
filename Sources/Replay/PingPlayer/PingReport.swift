import NIOCore

/// What posting recorded pings came to.
package struct PingReport: Codable, Equatable, Sendable {
  package var pings = ReplayReport.Pings()
  package var http = ReplayReport.HTTP()
  package var errorsByCode: [String: Int] = [:]
  package var refusalsByCode: [String: Int] = [:]
  package var drivers = 0
  package var wallSeconds = 0.0
  package var interrupted = false
  package var notes: [String] = []

  /// Creates an empty report.
  package init() {}

  /// The report as one JSON object.
  package var json: String {
    var writer = JSONBuffer(capacity: 1_024)
    writer.beginObject()
    writer.write(pings)
    writer.write(http)
    writer.member("errorsByCode", errorsByCode)
    writer.member("refusalsByCode", refusalsByCode)
    writer.member("drivers", drivers)
    writer.member("wallSeconds", wallSeconds)
    writer.name("interrupted")
    writer.value(interrupted)
    writer.member("notes", notes)
    writer.endObject()
    return String(buffer: writer.buffer)
  }

  /// The report as a table for people.
  package var table: String {
    var rows = ReplayReport.httpRows(http: http, pings: pings)
    for (code, count) in errorsByCode.sorted(by: { $0.key < $1.key }) { rows.append(("  error \(code)", "\(count)")) }
    for (code, count) in refusalsByCode.sorted(by: { $0.key < $1.key }) {
      rows.append(("  answer \(code)", "\(count)"))
    }
    rows.append(("time", "\(FixedPoint.text(wallSeconds, decimals: 2)) s" + (interrupted ? ", ended early" : "")))
    return ReplayReport.format(rows, notes: notes)
  }
}
