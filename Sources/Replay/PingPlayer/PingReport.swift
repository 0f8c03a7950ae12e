import FunctionKit

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
    let bytes = JSONWriter.bytes(capacity: 1_024) { json in
      json.object { json in
        json.write(pings)
        json.write(http)
        json.member("errorsByCode", errorsByCode)
        json.member("refusalsByCode", refusalsByCode)
        json.member("drivers", drivers)
        json.member("wallSeconds", wallSeconds)
        json.member("interrupted", interrupted)
        json.member("notes", notes)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
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
