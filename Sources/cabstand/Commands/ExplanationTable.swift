import FunctionKit
import Replay

/// An answer of `GET /v1/rides/{id}/explain` as a table for people.
struct ExplanationTable {
  let explanation: JSONValue

  init(_ explanation: JSONValue) {
    self.explanation = explanation
  }

  private static let titles = ["driver", "metres", "ETA s", "zone s", "cost s", "reason", ""]

  /// The whole text.
  var text: String {
    var lines = [
      "ride \(explanation["rideId"]?.text ?? "?"): \(explanation["state"]?.text ?? "?")",
      explanation["summary"]?.text ?? "",
    ]
    for (index, round) in (explanation["rounds"]?.elements ?? []).enumerated() {
      lines.append("")
      lines.append(Self.heading(round, index + 1))
      lines += Self.table((round["candidates"]?.elements ?? []).map(Self.row)).map { "  \($0)" }
      for item in round["others"]?.elements ?? [] {
        lines.append("  and \(Self.number(item["drivers"])) more: \(item["detail"]?.text ?? "")")
      }
    }
    return lines.joined(separator: "\n")
  }

  private static func heading(_ round: JSONValue, _ number: Int) -> String {
    var text = "round \(number)  \(round["time"]?.text ?? "?")  \(round["outcome"]?.text ?? "?")"
    if let driver = round["chosen"]?.text { text += " \(driver)" }
    if let answer = round["answer"]?.text { text += " (\(answer))" }
    return text + "  waited \(Self.number(round["waitedSeconds"])) s, \(Self.number(round["openRides"])) open"
  }

  private static func row(_ item: JSONValue) -> [String] {
    let cost = item["cost"]
    return [
      item["driver"]?.text ?? "?", number(item["distanceMeters"]), tenths(cost?["etaSeconds"]),
      tenths(cost?["zoneSeconds"]), tenths(cost?["totalSeconds"]), item["reason"]?.text ?? "?",
      item["detail"]?.text ?? "",
    ]
  }

  /// Columns of equal width; numbers stand at the right.
  private static func table(_ rows: [[String]]) -> [String] {
    if rows.isEmpty { return [] }
    let all = [titles] + rows
    let widths = titles.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    return all.map { row in
      var line = ""
      for (column, text) in row.enumerated() {
        let gap = String(repeating: " ", count: max(0, widths[column] - text.count))
        line += (1...4).contains(column) ? gap + text : text + gap
        line += "  "
      }
      while line.last == " " { line.removeLast() }
      return line
    }
  }

  private static func number(_ value: JSONValue?) -> String {
    value?.integer.map { String($0) } ?? "-"
  }

  private static func tenths(_ value: JSONValue?) -> String {
    guard case .number(let number)? = value else { return "-" }
    return "\((number.double * 10).rounded() / 10)"
  }
}
