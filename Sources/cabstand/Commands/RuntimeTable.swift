import FunctionKit

/// What `GET /admin/status` says, as a table for people.
struct RuntimeTable {
  private let document: JSONValue

  /// Reads the answer; nil where it is none, as from an older server.
  init?(_ bytes: [UInt8]) {
    guard let document = try? JSONValue(parsing: bytes), document["triggers"]?.elements != nil else { return nil }
    self.document = document
  }

  /// The table's lines.
  var lines: [String] {
    var lines: [String] = []
    if let stores = document["stores"] {
      let trouble = stores["trouble"]?.text.map { ", \($0)" } ?? ""
      lines.append(
        "  stores        Redis \(stores["redis"]?.text ?? "?"), PostgreSQL \(stores["postgres"]?.text ?? "?")\(trouble)"
      )
    }
    if let http = document["http"] {
      lines.append(
        "  http          \(http["connections"]?.integer ?? 0) connections, \(http["openStreams"]?.integer ?? 0) streams, "
          + "\(http["inFlight"]?.integer ?? 0) of \(http["maxInFlight"]?.integer ?? 0) requests")
    }
    let seconds = Int(min(document["windowSeconds"]?.double ?? 0, 86_400))
    lines.append(
      "  uptime        \(Int(min(document["uptimeSeconds"]?.double ?? 0, 1e12))) s; below: the last \(seconds) s")
    lines.append("")
    var rows = [
      ["function", "version", "trigger", "kind", "busy", "waiting", "per s", "failed", "rejected", "p50", "p99", ""]
    ]
    for trigger in document["triggers"]?.elements ?? [] where Self.isWorthALine(trigger) {
      rows.append(Self.row(trigger))
    }
    return lines + Self.aligned(rows).map { "  " + $0 }
  }

  /// Invocations by other functions are seldom; a line of zeros says nothing.
  private static func isWorthALine(_ trigger: JSONValue) -> Bool {
    trigger["kind"]?.text != "direct" || trigger["count"]?.integer ?? 0 > 0 || trigger["inFlight"]?.integer ?? 0 > 0
  }

  private static func row(_ trigger: JSONValue) -> [String] {
    [
      trigger["function"]?.text ?? "?", trigger["version"]?.text ?? "", trigger["trigger"]?.text ?? "",
      trigger["kind"]?.text ?? "", "\(trigger["inFlight"]?.integer ?? 0)/\(trigger["numWorkers"]?.integer ?? 0)",
      "\(trigger["waiting"]?.integer ?? 0)", rate(trigger["perSecond"]?.double ?? 0),
      share(trigger["failedShare"]?.double ?? 0), share(trigger["rejectedShare"]?.double ?? 0),
      time(trigger["p50Seconds"]?.double), time(trigger["p99Seconds"]?.double), trigger["trouble"]?.text ?? "",
    ]
  }

  private static func rate(_ value: Double) -> String {
    value >= 100 ? String(Int(value.rounded())) : decimals(value, 2)
  }

  private static func share(_ value: Double) -> String { value == 0 ? "-" : decimals(value * 100, 1) + " %" }

  private static func time(_ seconds: Double?) -> String {
    guard let seconds else { return "-" }
    if seconds >= 1 { return decimals(seconds, 2) + " s" }
    return seconds >= 0.001 ? decimals(seconds * 1_000, 1) + " ms" : "\(Int((seconds * 1e6).rounded())) µs"
  }

  /// A number with so many digits after the point.
  private static func decimals(_ value: Double, _ digits: Int) -> String {
    var scale = 1
    for _ in 0..<digits { scale *= 10 }
    guard let whole = Int(exactly: (value * Double(scale)).rounded()), digits > 0 else { return String(value) }
    let fraction = String(abs(whole) % scale)
    return "\(whole / scale).\(String(repeating: "0", count: digits - fraction.count))\(fraction)"
  }

  private static func aligned(_ rows: [[String]]) -> [String] {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
      rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
      var line = ""
      for (column, cell) in row.enumerated() {
        line += cell + String(repeating: " ", count: widths[column] - cell.count + 2)
      }
      while line.last == " " { line.removeLast() }
      return line
    }
  }
}
