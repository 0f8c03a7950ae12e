import FunctionKit

/// Simulations of the same day under several policies, side by side; differences are to the first.
package struct PolicyComparison: Sendable {
  package var reports: [SimulationReport]

  /// Gathers reports.
  package init(_ reports: [SimulationReport]) {
    self.reports = reports
  }

  private struct Figure {
    var name: String
    var decimals: Int
    var unit: String
    var value: @Sendable (SimulationReport) -> Double
  }

  private static let figures: [Figure] = [
    Figure(name: "requests", decimals: 0, unit: "") { Double($0.replay.requests) },
    Figure(name: "served", decimals: 0, unit: "") { Double($0.replay.served) },
    Figure(name: "service rate", decimals: 2, unit: " %") { $0.replay.serviceRate * 100 },
    Figure(name: "mean wait", decimals: 1, unit: " s") { $0.replay.waitSeconds.mean },
    Figure(name: "median wait", decimals: 1, unit: " s") { $0.replay.waitSeconds.median },
    Figure(name: "90 % wait within", decimals: 1, unit: " s") { $0.replay.waitSeconds.p90 },
    Figure(name: "empty share", decimals: 2, unit: " %") { $0.replay.emptyShare * 100 },
    Figure(name: "to pickups", decimals: 2, unit: " %") { $0.pickupShare * 100 },
    Figure(name: "to wait elsewhere", decimals: 2, unit: " %") { $0.rebalanceShare * 100 },
    Figure(name: "driven empty", decimals: 1, unit: " km") {
      ($0.replay.distanceMeters.pickup + $0.replay.distanceMeters.reposition) / 1_000
    },
    Figure(name: "offers", decimals: 0, unit: "") { Double($0.replay.offers.received) },
    Figure(name: "declines", decimals: 0, unit: "") { Double($0.declines) },
    Figure(name: "suggestions followed", decimals: 0, unit: "") { Double($0.replay.repositions) },
    Figure(name: "revenue", decimals: 2, unit: "") { Double($0.replay.revenue.minorUnits) / 100 },
    Figure(name: "matching, 99 % within", decimals: 2, unit: " ms") { $0.matching.p99Milliseconds },
    Figure(name: "broken invariants", decimals: 0, unit: "") { Double($0.violationCount) },
  ]

  /// One row per figure, one column per policy, and the difference to the first behind each other one.
  package var table: String {
    guard let first = reports.first else { return "" }
    var rows: [[String]] = [[""]]
    for (index, report) in reports.enumerated() {
      rows[0] += index == 0 ? [report.policy] : [report.policy, "difference"]
    }
    for figure in Self.figures {
      var row = [figure.name]
      for (index, report) in reports.enumerated() {
        let value = figure.value(report)
        row.append(FixedPoint.text(value, decimals: figure.decimals) + figure.unit)
        guard index > 0 else { continue }
        let difference = value - figure.value(first)
        row.append((difference > 0 ? "+" : "") + FixedPoint.text(difference, decimals: figure.decimals))
      }
      rows.append(row)
    }
    rows.append(
      ["digest"] + reports.enumerated().flatMap { $0 == 0 ? [$1.decisionLogDigest] : [$1.decisionLogDigest, ""] })
    return Self.align(rows)
  }

  /// `policies`: the reports; `differences`: each figure of the others minus the first's.
  package var json: String {
    guard let first = reports.first else { return "{}" }
    let differences = JSONWriter.bytes { json in
      json.array { json in
        for report in reports.dropFirst() {
          json.object { json in
            json.member("policy", report.policy)
            for (name, value) in Self.members {
              json.key(dynamic: name)
              json.value(value(report) - value(first))
            }
          }
        }
      }
    }
    let policies = reports.map(\.json).joined(separator: ",")
    return "{\"policies\":[\(policies)],\"differences\":\(String(decoding: differences, as: UTF8.self))}"
  }

  private static let members: [(String, @Sendable (SimulationReport) -> Double)] = [
    ("served", { Double($0.replay.served) }), ("serviceRate", { $0.replay.serviceRate }),
    ("waitSecondsMean", { $0.replay.waitSeconds.mean }), ("waitSecondsP90", { $0.replay.waitSeconds.p90 }),
    ("emptyShare", { $0.replay.emptyShare }), ("pickupShare", { $0.pickupShare }),
    ("rebalanceShare", { $0.rebalanceShare }), ("declines", { Double($0.declines) }),
    ("revenueMinorUnits", { Double($0.replay.revenue.minorUnits) }),
  ]

  private static func align(_ rows: [[String]]) -> String {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
      rows.map { $0.indices.contains(column) ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
      row.enumerated().map { column, text in
        let space = String(repeating: " ", count: widths[column] - text.count)
        return column == 0 ? text + space : space + text
      }.joined(separator: "  ")
    }.joined(separator: "\n") + "\n"
  }
}
