import FunctionKit

/// Adds flow records to their devices' rates and publishes an alert where a minute was far from usual.
public struct CollectFlows: Function {
  /// The text of its function.yaml.
  public static var specification: [UInt8] { PackageResources.collect_flows_yaml }

  private let rates: DeviceRates
  private let alerts: any EventPublisher
  private let sigmas: Double

  /// Builds the function from its bindings and settings.
  public init(_ setup: FunctionSetup) throws {
    rates = DeviceRates(try setup.binding("rates"))
    alerts = try setup.binding("alerts")
    sigmas = try setup.number("SIGMAS", default: 4, in: 1...100)
  }

  /// Handles one event.
  public func handle(_ event: Event, _ context: Context) async throws -> Response {
    let records = try FlowRecord.read(event.body)
    try await rates.add(records)
    // A minute counts when the next one has begun.
    let newest = records.map(\.endSeconds).max() ?? 0
    for device in Set(records.map(\.device)).sorted() {
      for (minute, rate, distance) in try await rates.learn(device, before: newest / 60) {
        guard let distance, abs(distance) > sigmas else { continue }
        context.logger.notice("a rate is far from usual", metadata: ["device": "\(device)", "sigmas": "\(distance)"])
        try await alerts.publish(
          [
            .alert(
              "netflow.rate.unusual.v1", device, id: "\(device)-\(minute)", at: minute,
              ["bitsPerSecond": rate, "sigmas": distance])
          ], to: "alerts")
      }
    }
    return Response(status: 202)
  }
}

extension Event {
  /// An alert of a device; the same alert always has the same id.
  static func alert(_ type: String, _ device: String, id: String, at minute: Int64, _ values: [String: Double]) -> Event
  {
    let members = values.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",")
    return Event(
      id: id, source: "/netflow", type: type, subject: device, time: EventTime(unixMilliseconds: minute * 60_000),
      dataContentType: "application/json", extensions: ["partitionkey": device], body: Array("{\(members)}".utf8))
  }
}
