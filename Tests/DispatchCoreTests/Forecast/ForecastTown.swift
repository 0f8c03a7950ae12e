import HexGrid
import Testing

@testable import DispatchCore

/// A town whose riders ask at rates that are known.
enum ForecastTown {
  static let calendar = LocalCalendar(utcOffsetSeconds: -7 * 3_600)
  /// A Monday, as the number of its day.
  static let monday = 14_018

  /// The beginning of a local day.
  static func midnight(_ day: Int) -> Timestamp {
    Timestamp(unixMilliseconds: Int64(day) * 86_400_000 - Int64(calendar.utcOffsetSeconds) * 1_000)
  }

  /// Places kilometres apart, in different zones.
  static func place(_ number: Int) -> GeoPoint {
    GeoPoint(latitude: 37.70 + Double(number) * 0.03, longitude: -122.45 + Double(number % 2) * 0.03)
  }

  static func zone(_ number: Int) throws -> HexCell { try #require(Zone.cell(at: place(number))) }

  /// So many requests at a place, spread evenly over an interval of a day.
  static func add(_ count: Int, at place: GeoPoint, day: Int, interval: Int, to history: inout DemandHistory) {
    for number in 0..<count {
      let seconds = interval * 900 + 900 * number / max(count, 1)
      history.add(pickup: place, at: midnight(day).advanced(bySeconds: seconds))
    }
  }

  /// Days on which each quarter of an hour brings as many requests to each place as `rate` says.
  static func history(
    days: some Sequence<Int>, places: Int, rate: (_ place: Int, _ day: Int, _ interval: Int) -> Int
  ) -> DemandHistory {
    var history = DemandHistory(calendar: calendar)
    for day in days {
      for interval in 0..<DemandHistory.intervalsPerDay {
        for number in 0..<places {
          add(rate(number, day, interval), at: place(number), day: day, interval: interval, to: &history)
        }
      }
    }
    return history
  }

  /// Trips on some days: from each place to the next, ten minutes each, every quarter of an hour.
  static func trips(days: some Sequence<Int>, places: Int = 3, perInterval: Int = 1) -> [CompletedTrip] {
    days.flatMap { day in
      (0..<DemandHistory.intervalsPerDay).flatMap { interval in
        (0..<places).flatMap { number in
          (0..<perInterval).map { repetition in
            let start = midnight(day).advanced(bySeconds: interval * 900 + repetition * 900 / perInterval)
            return CompletedTrip(
              pickup: place(number), dropoff: place((number + 1) % places), pickupTime: start,
              dropoffTime: start.advanced(bySeconds: 600))
          }
        }
      }
    }
  }

  static func model(days: Range<Int> = monday..<monday + 8, places: Int = 3, perInterval: Int = 1) throws -> CityModel {
    try #require(
      CityModel.trained(on: trips(days: days, places: places, perInterval: perInterval), calendar: calendar))
  }
}
