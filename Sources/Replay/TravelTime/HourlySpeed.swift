/// How fast the city moves at each hour of the day.
package struct HourlySpeed: Hashable, Sendable {
  /// Metres per second of crow distance, by local hour; 24 of them.
  package var metersPerSecond: [Double]
  /// How many trips each hour's speed was learned from.
  package var trips: [Int]

  /// The speed where no trip tells one.
  package static let fallbackMetersPerSecond = 5.0
  /// Longer trips use motorways and say little about driving to a pickup.
  package static let longestCrowMeters = 6_000.0

  /// The same speed at every hour.
  /// - Parameter metersPerSecond: that speed.
  package init(constant metersPerSecond: Double = HourlySpeed.fallbackMetersPerSecond) {
    self.metersPerSecond = Array(repeating: metersPerSecond, count: 24)
    trips = Array(repeating: 0, count: 24)
  }

  /// Learns the median crow speed of each local hour from trips that tell their duration, of less than 6 km crow distance
  /// and a speed from 0.5 to 40 m/s. An hour without trips takes the nearest hour that has some, the earlier one on a tie.
  /// - Parameters:
  ///   - recorded: the trips.
  ///   - zone: the city's local time.
  package init(learnedFrom recorded: [RecordedTrip], zone: CityTimeZone) {
    self.init()
    var samples: [[Double]] = Array(repeating: [], count: 24)
    for trip in recorded {
      guard let duration = trip.durationMilliseconds, duration > 0 else { continue }
      let crow = trip.crowMeters
      let speed = crow / (Double(duration) / 1_000)
      guard crow < Self.longestCrowMeters, (0.5...40).contains(speed) else { continue }
      samples[zone.hour(atUnixMilliseconds: trip.pickupMilliseconds)].append(speed)
    }
    trips = samples.map(\.count)
    let medians = samples.map { Statistics.median(of: $0) }
    for hour in 0..<24 {
      for distance in 0...12 {
        let nearest = medians[(hour - distance + 24) % 24] ?? medians[(hour + distance) % 24]
        if let nearest {
          metersPerSecond[hour] = nearest
          break
        }
      }
    }
  }
}
