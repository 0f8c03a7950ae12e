import HexGrid

/// Learns the median straight-line speed of short drives for each hour of the day.
struct HourlySpeedTrainer {
  /// Longer trips use motorways and say little about driving to a pickup, in metres.
  static let longestMeters = 6_000.0

  let calendar: LocalCalendar
  private var samples: [[Float]] = Array(repeating: [], count: 24)

  init(calendar: LocalCalendar) {
    self.calendar = calendar
  }

  mutating func add(from start: GeoPoint, to end: GeoPoint, at time: Timestamp, seconds: Double) {
    let meters = start.distanceMeters(to: end)
    guard seconds > 0, meters < Self.longestMeters, LearnedTravelTime.plausibleSpeeds.contains(meters / seconds) else {
      return
    }
    samples[calendar.hour(at: time)].append(Float(meters / seconds))
  }

  /// The profile; an hour without trips takes the nearest one that has some. Nil where none has.
  func train() -> SpeedProfile? {
    let medians = samples.map { values -> Double? in
      guard !values.isEmpty else { return nil }
      let sorted = values.sorted()
      let middle = sorted.count / 2
      let median = sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
      // Rounded to what the model file keeps.
      return (Double(median) * 1_000).rounded() / 1_000
    }
    let speeds = (0..<24).compactMap { hour in
      (0...12).lazy.compactMap { medians[(hour - $0 + 24) % 24] ?? medians[(hour + $0) % 24] }.first
    }
    return SpeedProfile(metersPerSecondByHour: speeds, utcOffsetSeconds: calendar.utcOffsetSeconds)
  }
}
