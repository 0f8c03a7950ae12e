import DispatchCore
import FunctionKit

extension SurgePolicy {
  /// Reads the settings of price-zones.
  /// - Throws: `SetupError` where one is out of its range, or the weights are more than all.
  init(_ setup: FunctionSetup) throws {
    self.init()
    func read(_ name: String, _ value: inout Int, _ range: ClosedRange<Int>) throws {
      value = try setup.integer(name, default: value, in: range)
    }
    try read("SENSITIVITY_PERCENT", &sensitivityPercent, 0...1_000)
    try read("CAP_TENTHS", &capTenths, 10...100)
    try read("STEP_TENTHS", &stepTenths, 1...90)
    try read("NEIGHBOR_TENTHS", &neighborTenths, 1...90)
    try read("SMOOTHING_PERCENT", &smoothingPercent, 1...100)
    try read("HYSTERESIS_HUNDREDTHS", &hysteresisHundredths, 0...4)
    try read("MINIMUM_REQUESTS", &minimumRequests, 1...1_000)
    try read("OWN_PERCENT", &ownPercent, 0...100)
    try read("RING_PERCENT", &ringPercent, 0...100)
    try read("FORECAST_PERCENT", &forecastPercent, 0...100)
    try read("WINDOW_SECONDS", &windowSeconds, 60...7_200)
    try read("STALE_SECONDS", &staleSeconds, 10...86_400)
    guard ownPercent + ringPercent <= 100 else {
      throw SetupError(
        "OWN_PERCENT and RING_PERCENT of function \(setup.name) come to \(ownPercent + ringPercent); "
          + "expected at most 100, of which the city gets what they leave")
    }
  }
}
