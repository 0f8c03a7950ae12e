import FunctionKit

/// What a simulation came to: a replay's figures, and what only a simulation tells.
package struct SimulationReport: Equatable, Sendable {
  /// How long the function that matches took per batch, in real time.
  package struct Matching: Equatable, Sendable {
    package var batches = 0
    package var p50Milliseconds = 0.0
    package var p99Milliseconds = 0.0
    package var maxMilliseconds = 0.0
  }

  /// The figures that a replay has too; its HTTP requests are calls of functions here.
  package var replay: ReplayReport
  /// The policy's name.
  package var policy = ""
  /// The 64-bit FNV-1a hash of the log of decisions, in hexadecimal digits.
  package var decisionLogDigest = ""
  /// Lines of that log.
  package var decisions = 0
  package var matching = Matching()
  /// How many times an invariant did not hold.
  package var violationCount = 0
  /// The first of them.
  package var violations: [String] = []

  init(replay: ReplayReport) {
    self.replay = replay
  }

  private var totalMeters: Double {
    replay.distanceMeters.pickup + replay.distanceMeters.reposition + replay.distanceMeters.ride
  }

  /// Distance driven to wait elsewhere over all distance.
  package var rebalanceShare: Double { totalMeters > 0 ? replay.distanceMeters.reposition / totalMeters : 0 }

  /// Distance driven to pickups over all distance.
  package var pickupShare: Double { totalMeters > 0 ? replay.distanceMeters.pickup / totalMeters : 0 }

  /// Offers that drivers turned down.
  package var declines: Int { replay.offers.declined }

  /// The report as one JSON object: a replay's members in their order, then the others.
  package var json: String {
    let own = JSONWriter.bytes { json in
      json.object { json in
        json.member("policy", policy)
        json.member("rebalanceShare", rebalanceShare)
        json.member("pickupShare", pickupShare)
        json.member("declines", declines)
        json.member("decisionLogDigest", decisionLogDigest)
        json.member("decisions", decisions)
        json.key("matching")
        json.object { json in
          json.member("batches", matching.batches)
          json.member("p50Milliseconds", matching.p50Milliseconds)
          json.member("p99Milliseconds", matching.p99Milliseconds)
          json.member("maxMilliseconds", matching.maxMilliseconds)
        }
        json.member("violationCount", violationCount)
        json.member("violations", violations)
      }
    }
    return replay.json.dropLast() + "," + String(decoding: own, as: UTF8.self).dropFirst()
  }

  /// The report as a table for people.
  package var table: String {
    var rows: [(String, String)] = [
      ("policy", policy),
      (
        "share of distance",
        "\(FixedPoint.percent(pickupShare)) to pickups, \(FixedPoint.percent(rebalanceShare)) to wait elsewhere"
      ),
      (
        "matching",
        "\(FixedPoint.grouped(matching.batches)) batches, half within \(Self.milliseconds(matching.p50Milliseconds)), "
          + "99 % within \(Self.milliseconds(matching.p99Milliseconds)), "
          + "longest \(Self.milliseconds(matching.maxMilliseconds))"
      ),
      ("decisions", "\(FixedPoint.grouped(decisions)), digest \(decisionLogDigest)"),
      ("invariants", violationCount == 0 ? "all hold" : "broken \(violationCount) times"),
    ]
    for violation in violations { rows.append(("  broken", violation)) }
    return replay.simulationTable + ReplayReport.format(rows, notes: replay.notes)
  }

  private static func milliseconds(_ value: Double) -> String { FixedPoint.text(value, decimals: 2) + " ms" }
}

extension ReplayReport {
  /// The table of a replay without what concerns sockets.
  var simulationTable: String {
    var copy = self
    copy.notes = []
    return copy.table.split(separator: "\n").filter { !$0.hasPrefix("latency") }.map { line in
      line.hasPrefix("HTTP requests") ? "function calls" + line.dropFirst("HTTP requests".count + 1) : String(line)
    }.joined(separator: "\n") + "\n"
  }
}
