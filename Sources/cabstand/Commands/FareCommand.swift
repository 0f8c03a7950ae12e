import ArgumentParser
import DispatchCore
import FunctionKit
import Replay

/// `cabstand fare`: fares against recorded ones.
struct FareCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fare", abstract: "Compare a tariff with recorded fares.", subcommands: [FareCheck.self])
}

/// `cabstand fare check`: how well a metered tariff explains recorded trips.
struct FareCheck: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Tell how well a metered tariff explains recorded taxi fares.",
    discussion: """
      Takes New York's trip records in either form: with coordinates or with zones (then only VendorID 2 is judged). Every count is of the rows:
      standard-rate trips of the tariff's time that took place. docs/fares.md says what is counted how.
      """)

  @Option(help: ArgumentHelp("Recorded fares, CSV, plain or gzip.", valueName: "file")) var records: String
  @Option(help: ArgumentHelp("The tariff: a YAML file or an example such as nyc-2012.", valueName: "file")) var tariff: String
  @Flag(help: "Print one JSON object.") var json = false

  func run() async throws {
    let (path, name) = (records, tariff)
    let review = try await Blocking.run {
      guard var review = FareReview(try TariffFile.read(name)) else {
        throw ValidationError("The tariff \(name) has no meter to check.")
      }
      do throws(DatasetError) {
        try FareFile.read(path: path) { record in
          if let record { review.add(record) } else { review.skip("unreadable") }
        }
      } catch {
        throw ValidationError("\(error)")
      }
      return review
    }
    Terminal.result(json ? review.json : review.table)
  }
}

extension FareReview {
  /// One JSON object.
  var json: String {
    JSONText.object { json in
      json.member("rows", rows)
      json.member("onGrid", onGrid)
      json.member("withinBounds", withinBounds)
      json.member("medianAbsoluteErrorMinor", medianAbsoluteErrorMinor)
      json.member("surchargesExplained", surchargesExplained)
      json.member("totalsExplained", totalsExplained)
      json.member("computedWithinBounds", computedWithinBounds)
      json.member("improvementExplained", improvementExplained)
      json.member("congestionExplained", congestionExplained)
      json.key("flatRate")
      json.object { json in
        json.member("recorded", flatRecorded)
        json.member("atAirport", flatAtAirport)
        json.member("found", flatFound)
        json.member("standardRateBetweenAreas", flatElsewhere)
      }
      json.key("skipped")
      json.object { json in
        for (reason, count) in skipped.sorted(by: { $0.key < $1.key }) {
          json.key(dynamic: reason)
          json.value(count)
        }
      }
    }
  }

  /// The same for people.
  var table: String {
    func share(_ count: Int) -> String {
      guard rows > 0 else { return "\(count)" }
      let thousandths = count * 100_000 / rows
      return "\(count) (\(FixedDecimal(millionths: Int64(thousandths) * 1_000)) %)"
    }
    var lines = [
      "rows                    \(rows)", "on the grid             \(share(onGrid))",
      "within the bounds       \(share(withinBounds))",
      "median absolute error   \(medianAbsoluteErrorMinor) minor units",
      "surcharges explained    \(share(surchargesExplained))", "totals explained        \(share(totalsExplained))",
      "improvement explained   \(share(improvementExplained))",
      "congestion explained    \(share(congestionExplained))",
      "flat fares recorded     \(flatRecorded), at the airport \(flatAtAirport), found by place \(flatFound)",
      "flat by place, but not so recorded: \(flatElsewhere)",
    ]
    for (reason, count) in skipped.sorted(by: { $0.key < $1.key }) { lines.append("skipped \(reason): \(count)") }
    return lines.joined(separator: "\n")
  }
}
