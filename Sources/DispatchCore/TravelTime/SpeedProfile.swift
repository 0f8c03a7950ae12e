package import HexGrid

/// How fast the crow flies by car: straight-line speed by hour of the day.
package struct SpeedProfile: Sendable, Hashable {
  /// Metres of straight line per second, for each local hour 0 … 23.
  package let metersPerSecondByHour: [Double]
  /// What is added to UTC to get local time, in seconds.
  package let utcOffsetSeconds: Int

  /// Creates a profile.
  /// - Parameters:
  ///   - metersPerSecondByHour: 24 speeds, each finite and above zero.
  ///   - utcOffsetSeconds: local time minus UTC.
  package init?(metersPerSecondByHour: [Double], utcOffsetSeconds: Int) {
    guard metersPerSecondByHour.count == 24, metersPerSecondByHour.allSatisfy({ $0.isFinite && $0 > 0 }),
      (-86_400...86_400).contains(utcOffsetSeconds)
    else { return nil }
    self.metersPerSecondByHour = metersPerSecondByHour
    self.utcOffsetSeconds = utcOffsetSeconds
  }

  private init(trusted speeds: [Double]) {
    metersPerSecondByHour = speeds
    utcOffsetSeconds = 0
  }

  /// 5 m/s of straight line at any hour: what dense cities give.
  package static let standard = SpeedProfile(trusted: Array(repeating: 5, count: 24))

  /// The speed at a moment, in metres of straight line per second.
  package func metersPerSecond(at time: Timestamp) -> Double {
    // Of the day first, so that nothing overflows; a remainder is negative before 1970.
    let day: Int64 = 86_400_000
    let local = (time.unixMilliseconds % day + Int64(utcOffsetSeconds) * 1_000) % day
    return metersPerSecondByHour[Int((local + day) % day / 3_600_000)]
  }

  /// The time from here to there, in whole seconds, at least 1.
  package func seconds(from: GeoPoint, to: GeoPoint, at time: Timestamp) -> Int {
    let seconds = from.distanceMeters(to: to) / metersPerSecond(at: time)
    return max(1, Int(exactly: seconds.rounded(.up)) ?? 1)
  }
}
