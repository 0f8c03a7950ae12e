import DispatchCore
import DispatchState
import HexGrid
import Testing

/// Pasts for a city to learn from.
extension City {
  /// Places kilometres apart, in different zones.
  static func place(_ number: Int) -> GeoPoint {
    GeoPoint(latitude: 37.72 + Double(number) * 0.025, longitude: -122.44 + Double(number % 2) * 0.03)
  }

  /// Puts rides of the days before the present on record: from each place one every so many minutes, served but for every fourth.
  func live(days: Int, places: Int = 3, everyMinutes: Int = 15, hoursAgo: Int = 0) async throws {
    let end = now.advanced(bySeconds: -hoursAgo * 3_600)
    var number = 0
    for minute in stride(from: days * 1_440, to: 0, by: -everyMinutes) {
      for place in 0..<places {
        number += 1
        let moment = end.advanced(bySeconds: -minute * 60)
        try await keepPast(from: place, to: (place + 1) % places, at: moment, isServed: number % 4 != 0)
      }
    }
  }

  /// Puts a request that nobody came for on record.
  func keepRequest(at moment: Timestamp, place: Int) async throws {
    try await keepPast(from: place, to: place + 1, at: moment, isServed: false)
  }

  private func keepPast(from: Int, to: Int, at moment: Timestamp, isServed: Bool) async throws {
    let name = "\(moment.unixMilliseconds)-\(from)"
    var ride = Ride(
      id: RideID(trusted: "past-\(name)"), quote: QuoteID(trusted: "past-\(name)"),
      rider: RiderID(trusted: "past-\(name)"), region: Self.region, vehicleClass: .standard, pickup: Self.place(from),
      dropoff: Self.place(to), pickupCell: try #require(Zone.cell(at: Self.place(from))),
      fare: Money(minorUnits: 1_000, currency: .usd), requestedAt: moment, expiresAt: moment.advanced(bySeconds: 900))
    ride.state = isServed ? .settled : .expired
    if isServed {
      ride.startedAt = moment.advanced(bySeconds: 200)
      ride.completedAt = moment.advanced(bySeconds: 800)
    }
    ride.endedAt = moment.advanced(bySeconds: 900)
    _ = try await record.insert(ride, publishing: [])
  }
}
