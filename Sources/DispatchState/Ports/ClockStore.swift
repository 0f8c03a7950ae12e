package import DispatchCore

/// Where an adjustable clock's setting survives a restart.
package protocol ClockStore: Sendable {
  /// The last setting; nil where there was none.
  func clockSetting() async throws -> ClockSetting?

  /// Keeps a setting.
  func keep(_ setting: ClockSetting) async throws
}

/// City time as a straight line through real time.
package struct ClockSetting: Sendable, Hashable {
  package var city: Timestamp
  package var real: Timestamp
  /// City seconds per real second.
  package var rate: Double

  package init(city: Timestamp, real: Timestamp, rate: Double) {
    self.city = city
    self.real = real
    self.rate = rate
  }
}

extension ClockSetting {
  /// The city time at a real moment.
  package func city(at moment: Timestamp) -> Timestamp {
    let passed = Double(moment.milliseconds(since: real)) * rate
    return city.advanced(byMilliseconds: Int64(exactly: passed.rounded()) ?? 0)
  }
}
