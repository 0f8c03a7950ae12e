import DispatchCore
import FunctionKit
import HexGrid
import Replay

/// The errors of a model, to print.
struct ForecastReport: Sendable {
  private let demand: ForecastReview
  private let learned: TravelTimeReview
  private let hourly: TravelTimeReview
  /// One straight-line speed for all drives at all times: the median of the very trips that are reviewed.
  private let oneSpeed: TravelTimeReview

  init(_ city: CityModel, _ file: TripFile) {
    demand = ForecastReview(
      city,
      requests: file.trips.lazy.map { ($0.pickup, Timestamp(unixMilliseconds: $0.pickupMilliseconds)) })
    let trips = file.trips.compactMap { CompletedTrip($0) }
    learned = TravelTimeReview(trips, calendar: city.requests.calendar) { from, to, time in
      city.travelTime.seconds(from: from, to: to, at: time)
    }
    hourly = TravelTimeReview(trips, calendar: city.requests.calendar) { from, to, time in
      from.distanceMeters(to: to) / city.speeds.metersPerSecond(at: time)
    }
    let speed = TravelTimeReview.medianMetersPerSecond(of: trips) ?? 5
    oneSpeed = TravelTimeReview(trips, calendar: city.requests.calendar) { from, to, _ in
      from.distanceMeters(to: to) / speed
    }
  }

  private var forecasts: [(key: StaticString, title: String, errors: ForecastErrors)] {
    [
      ("model", "model", demand.model), ("lastWeek", "last week, same time", demand.lastWeek),
      ("lastInterval", "last interval", demand.lastInterval),
    ]
  }

  var json: String {
    let bytes = JSONWriter.bytes { json in
      json.object { json in
        json.member("requests", demand.requests)
        json.member("intervals", demand.intervals)
        json.member("intervalSeconds", DemandHistory.intervalSeconds)
        json.member("zones", demand.zones)
        json.key("errors")
        json.object { json in
          for forecast in forecasts {
            json.key(forecast.key)
            json.object { json in
              json.member("meanAbsolute", forecast.errors.meanAbsolute)
              json.member("rootMeanSquare", forecast.errors.rootMeanSquare)
              json.member("relative", forecast.errors.relative)
              json.member("relativeOfCity", forecast.errors.relativeOfCity)
            }
          }
        }
        json.member("withinMargin", demand.withinMargin)
        json.key("travelTime")
        json.object { json in
          json.key("learned")
          Self.write(learned, into: &json)
          json.key("hourlySpeed")
          Self.write(hourly, into: &json)
          json.key("oneSpeed")
          Self.write(oneSpeed, into: &json)
        }
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func write(_ review: TravelTimeReview, into json: inout JSONWriter) {
    func members(_ errors: TravelTimeReview.Errors, _ json: inout JSONWriter) {
      json.member("trips", errors.trips)
      json.member("meanAbsolutePercentage", errors.mean * 100)
      json.member("medianAbsolutePercentage", errors.median * 100)
    }
    json.object { json in
      members(review.all, &json)
      json.key("byHour")
      json.array { json in
        for (hour, errors) in review.byHour.enumerated() {
          json.object { json in
            json.member("hour", hour)
            members(errors, &json)
          }
        }
      }
    }
  }

  var table: String {
    var lines = [
      "\(demand.requests) requests, \(demand.intervals) intervals of \(DemandHistory.intervalSeconds) s, "
        + "\(demand.zones) zones",
      Self.row(["forecast", "mean abs.", "root mean sq.", "of zones", "of the city"]),
    ]
    for forecast in forecasts {
      lines.append(
        Self.row([
          forecast.title, Self.fixed(forecast.errors.meanAbsolute, 3), Self.fixed(forecast.errors.rootMeanSquare, 3),
          Self.fixed(forecast.errors.relative * 100, 1) + " %",
          Self.fixed(forecast.errors.relativeOfCity * 100, 1) + " %",
        ]))
    }
    lines.append("within the mean and twice its root: \(Self.fixed(demand.withinMargin * 100, 1)) %")
    lines.append("")
    lines.append(Self.row(["travel time, hour", "trips", "mean", "median", "by hour only", "one speed"]))
    for (hour, errors) in learned.byHour.enumerated() where errors.trips > 0 {
      lines.append(Self.row(String(hour), errors, hourly.byHour[hour], oneSpeed.byHour[hour]))
    }
    lines.append(Self.row("all", learned.all, hourly.all, oneSpeed.all))
    return lines.joined(separator: "\n")
  }

  private static func row(_ name: String, _ errors: TravelTimeReview.Errors, _ others: TravelTimeReview.Errors...)
    -> String
  {
    row(
      [name, String(errors.trips), fixed(errors.mean * 100, 1) + " %", fixed(errors.median * 100, 1) + " %"]
        + others.map { fixed($0.mean * 100, 1) + " / " + fixed($0.median * 100, 1) + " %" })
  }

  private static func row(_ columns: [String]) -> String {
    let first = columns[0] + String(repeating: " ", count: max(0, 22 - columns[0].count))
    return columns.dropFirst().reduce(first) { line, column in
      line + String(repeating: " ", count: max(1, 16 - column.count)) + column
    }
  }

  private static func fixed(_ value: Double, _ digits: Int) -> String {
    FixedPoint.text(value, decimals: digits)
  }
}
