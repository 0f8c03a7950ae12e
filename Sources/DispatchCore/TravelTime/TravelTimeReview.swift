package import HexGrid

/// How far travel times are off on trips that they were not learned from: absolute percentage errors.
package struct TravelTimeReview: Sendable, Hashable {
  /// The errors of a number of trips, as shares of the true durations.
  package struct Errors: Sendable, Hashable {
    package var trips = 0
    package var mean = 0.0
    package var median = 0.0
  }

  /// All trips.
  package let all: Errors
  /// The trips that began in each local hour.
  package let byHour: [Errors]

  /// Reviews.
  /// - Parameters:
  ///   - trips: what really was; those without a distance or a duration are left out.
  ///   - calendar: tells the local hour.
  ///   - seconds: the time that a drive is reckoned to take.
  package init(
    _ trips: some Sequence<CompletedTrip>, calendar: LocalCalendar,
    seconds: (_ from: GeoPoint, _ to: GeoPoint, _ at: Timestamp) -> Double
  ) {
    var errors: [[Double]] = Array(repeating: [], count: 24)
    for trip in trips {
      let truth = trip.dropoffTime.seconds(since: trip.pickupTime)
      guard truth > 0, trip.pickup.distanceMeters(to: trip.dropoff) >= LearnedTravelTime.shortestMeters else {
        continue
      }
      let guess = seconds(trip.pickup, trip.dropoff, trip.pickupTime)
      errors[calendar.hour(at: trip.pickupTime)].append(abs(guess / truth - 1))
    }
    byHour = errors.map(Self.summary)
    all = Self.summary(Array(errors.joined()))
  }

  /// The median straight-line speed of trips with a plausible one; nil where there is none.
  package static func medianMetersPerSecond(of trips: some Sequence<CompletedTrip>) -> Double? {
    let speeds = trips.compactMap { trip -> Double? in
      let speed = trip.pickup.distanceMeters(to: trip.dropoff) / trip.dropoffTime.seconds(since: trip.pickupTime)
      return LearnedTravelTime.plausibleSpeeds.contains(speed) ? speed : nil
    }.sorted()
    return speeds.isEmpty ? nil : speeds[speeds.count / 2]
  }

  private static func summary(_ errors: [Double]) -> Errors {
    guard !errors.isEmpty else { return Errors() }
    let sorted = errors.sorted()
    let middle = sorted.count / 2
    return Errors(
      trips: errors.count, mean: errors.reduce(0, +) / Double(errors.count),
      median: sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2)
  }
}
