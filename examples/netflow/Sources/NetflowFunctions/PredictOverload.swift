import FunctionKit

/// Says whether a device's links will be full within the next hour, and publishes an alert where they will.
public struct PredictOverload: Function {
  /// The text of its function.yaml.
  public static var specification: [UInt8] { PackageResources.predict_overload_yaml }

  private let rates: DeviceRates
  private let alerts: any EventPublisher
  private let warnShare: Double

  /// Builds the function from its bindings and settings.
  public init(_ setup: FunctionSetup) throws {
    rates = DeviceRates(try setup.binding("rates"))
    alerts = try setup.binding("alerts")
    warnShare = try setup.number("WARN_AT_PERCENT", default: 90, in: 1...100) / 100
  }

  /// Handles one event.
  public func handle(_ event: Event, _ context: Context) async throws -> Response {
    let minute = context.now.unixMilliseconds / 60_000
    if let device = event.request?.parameters["device"] {
      guard let forecast = try await forecast(device, minute) else {
        throw FunctionError(.notFound, code: "unknownDevice", "\(device) sent nothing in the last hours")
      }
      return .json(
        Array("{\"device\":\"\(device)\",\"peakBitsPerSecond\":\(forecast.peak),\"minute\":\(forecast.minute)}".utf8))
    }
    for device in try await rates.devices() {
      guard let capacity = try await rates.capacity(of: device), let forecast = try await forecast(device, minute),
        forecast.peak > capacity * warnShare
      else { continue }
      context.logger.warning("overload ahead", metadata: ["device": "\(device)"])
      // One alert an hour and device, however often this runs.
      try await alerts.publish(
        [
          .alert(
            "netflow.overload.predicted.v1", device, id: "\(device)-overload-\(forecast.minute / 60)", at: minute,
            ["peakBitsPerSecond": forecast.peak, "capacityBitsPerSecond": capacity, "minute": Double(forecast.minute)])
        ], to: "alerts")
    }
    return .noContent
  }

  /// The highest rate of the next hour and its minute; nil for a device of which nothing is known.
  private func forecast(_ device: String, _ now: Int64) async throws -> (peak: Double, minute: Int64)? {
    let minutes = try await rates.minutes(of: device)
    return OverloadForecast(minutes: minutes, baseline: try await rates.baseline(of: device), now: now).peak
  }
}
