import DispatchCore
import Replay

/// The errors of a model for people.
extension ForecastReport {
  var table: String {
    var lines = ["\(demand.first?.requests ?? 0) requests in \(demand.first?.zones ?? 0) zones"]
    for review in demand {
      lines.append("")
      lines.append(
        Self.row([
          "the next \(review.horizon.seconds / 60) minutes", "mean abs.", "root mean sq.", "deviance", "bias",
          "of zones",
          "of the city",
        ]))
      for line in Self.lines(review) {
        let errors = line.errors
        lines.append(
          Self.row([
            line.title, FixedPoint.text(errors.meanAbsolute, decimals: 3),
            FixedPoint.text(errors.rootMeanSquare, decimals: 3), FixedPoint.text(errors.poissonDeviance, decimals: 3),
            Self.percent(errors.bias), Self.percent(errors.relative), Self.percent(errors.relativeOfCity),
          ]))
      }
      lines.append(
        "within the interval of \(Self.percent(ForecastSpread.coverage)): \(Self.percent(review.coverage.share)) of "
          + "\(review.coverage.count) zones and spans with a request or more expected, "
          + "\(Self.percent(review.cityCoverage.share)) of the city's")
    }
    lines.append("")
    lines.append(Self.row(["travel time, hour", "trips", "mean", "median", "by hour only"]))
    for (hour, errors) in learned.byHour.enumerated() where errors.trips > 0 {
      lines.append(Self.row(String(hour), errors, hourly.byHour[hour]))
    }
    lines.append(Self.row("all", learned.all, hourly.all))
    return lines.joined(separator: "\n")
  }

  private static func row(_ name: String, _ errors: TravelTimeReview.Errors, _ other: TravelTimeReview.Errors) -> String
  {
    row([
      name, String(errors.trips), percent(errors.mean), percent(errors.median),
      percent(other.mean) + " / " + percent(other.median),
    ])
  }

  private static func row(_ columns: [String]) -> String {
    let first = columns[0] + String(repeating: " ", count: max(0, 22 - columns[0].count))
    return columns.dropFirst().reduce(first) { line, column in
      line + String(repeating: " ", count: max(1, 15 - column.count)) + column
    }
  }

  private static func percent(_ share: Double) -> String { FixedPoint.text(share * 100, decimals: 1) + " %" }
}
