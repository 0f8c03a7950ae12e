import FunctionKit

/// Functions and versions for people.
enum FunctionsTable {
  /// Prints what a server says of one function's versions.
  static func show(_ bytes: [UInt8], json: Bool) {
    guard !json, let document = try? JSONValue(parsing: bytes) else {
      return Terminal.result(String(decoding: bytes, as: UTF8.self))
    }
    Terminal.result(text(document))
  }

  /// One line for each function.
  static func list(_ functions: [JSONValue]) -> String {
    var rows = [["function", "version", "versions", "triggers"]]
    for function in functions {
      let versions = (function["versions"]?.elements ?? []).map { version in
        "\(version["version"]?.text ?? "?") \(percent(version["weight"]?.double ?? 0))"
      }
      let triggers = (function["triggers"]?.elements ?? []).compactMap { $0["kind"]?.text }
      rows.append([
        function["name"]?.text ?? "", function["version"]?.text ?? "",
        versions.count > 1 ? versions.joined(separator: ", ") : "-", Set(triggers).sorted().joined(separator: " "),
      ])
    }
    return table(rows)
  }

  private static func text(_ document: JSONValue) -> String {
    var lines = ["\(document["function"]?.text ?? ""): stable version \(document["stable"]?.text ?? "")"]
    var rows = [["version", "weight", "events", "failed", "p99", "where"]]
    for version in document["versions"]?.elements ?? [] {
      let failed = version["failedShare"]?.double.map { percent($0 * 100) } ?? "-"
      let p99 = version["p99Seconds"]?.double.map { "\(($0 * 100_000).rounded() / 100) ms" } ?? "-"
      var place = version["url"]?.text ?? "in the process"
      if let reason = version["rolledBack"]?.text { place += "; rolled back: \(reason)" }
      rows.append([
        version["version"]?.text ?? "", percent(version["weight"]?.double ?? 0),
        String(version["events"]?.integer ?? 0), failed, p99, place,
      ])
    }
    lines.append(table(rows))
    if let rollout = document["rollout"] {
      let rest = (rollout["remaining"]?.elements ?? []).compactMap(\.double).map(percent).joined(separator: ", ")
      lines.append(
        "\(rollout["version"]?.text ?? "") is raised on its own; to come: \(rest.isEmpty ? "nothing" : rest)")
    }
    for change in document["changes"]?.elements ?? [] {
      lines.append("\(change["time"]?.text ?? "")  \(change["text"]?.text ?? "")")
    }
    return lines.joined(separator: "\n")
  }

  private static func percent(_ value: Double) -> String {
    let rounded = (value * 100).rounded() / 100
    return rounded == rounded.rounded() ? "\(Int(rounded)) %" : "\(rounded) %"
  }

  /// Columns as wide as their widest cell.
  static func table(_ rows: [[String]]) -> String {
    let count = rows.map(\.count).max() ?? 0
    let widths = (0..<count).map { column in rows.map { $0.count > column ? $0[column].count : 0 }.max() ?? 0 }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        column == row.count - 1 ? cell : cell + String(repeating: " ", count: widths[column] - cell.count)
      }
      return cells.joined(separator: "  ")
    }.joined(separator: "\n")
  }
}
