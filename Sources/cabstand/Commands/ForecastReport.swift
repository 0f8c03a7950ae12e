import DispatchCore
import FunctionKit
import HexGrid
import Replay

/// The errors of a model, to print.
struct ForecastReport: Sendable {
  /// One review per horizon, shortest first.
  let demand: [ForecastReview]
  let learned: TravelTimeReview
  let hourly: TravelTimeReview
  /// One straight-line speed for all drives at all times: the median of the very trips that are reviewed.
  let oneSpeed: TravelTimeReview

  init(_ city: CityModel, _ file: TripFile) {
    let requests = file.trips.map { ($0.pickup, Timestamp(unixMilliseconds: $0.pickupMilliseconds)) }
    demand = ForecastHorizon.allCases.map { ForecastReview(city, requests: requests, horizon: $0) }
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

  /// The errors of one forecast, with its names.
  struct Line {
    var key: StaticString
    var title: String
    var errors: ForecastErrors
  }

  static func lines(_ review: ForecastReview) -> [Line] {
    [
      Line(key: "model", title: "model", errors: review.model),
      Line(key: "lastWeek", title: "last week, same time", errors: review.lastWeek),
      Line(key: "lastInterval", title: "last interval", errors: review.lastInterval),
    ]
  }

  var json: String {
    let bytes = JSONWriter.bytes { json in
      json.object { json in
        json.member("zones", demand.first?.zones ?? 0)
        json.member("coverage", ForecastSpread.coverage)
        json.key("horizons")
        json.array { json in for review in demand { Self.write(review, into: &json) } }
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

  private static func write(_ review: ForecastReview, into json: inout JSONWriter) {
    json.object { json in
      json.member("horizonSeconds", review.horizon.seconds)
      json.member("spans", review.spans)
      json.member("requests", review.requests)
      json.key("errors")
      json.object { json in
        for line in lines(review) {
          json.key(line.key)
          json.object { json in
            json.member("meanAbsolute", line.errors.meanAbsolute)
            json.member("rootMeanSquare", line.errors.rootMeanSquare)
            json.member("poissonDeviance", line.errors.poissonDeviance)
            json.member("bias", line.errors.bias)
            json.member("relative", line.errors.relative)
            json.member("relativeOfCity", line.errors.relativeOfCity)
          }
        }
      }
      json.member("zoneCoverage", review.coverage.share)
      json.member("zoneIntervals", review.coverage.count)
      json.member("cityCoverage", review.cityCoverage.share)
    }
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
}
