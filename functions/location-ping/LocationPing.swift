import DispatchAPI
import DispatchCore
import DispatchState
package import FunctionKit
import Logging

/// Takes positions of drivers: checks them, moves the drivers in the fleet index and with them the supply of zones.
package struct LocationPing: Function {
  /// The text of its function.yaml.
  package static var specification: [UInt8] { PackageResources.function_yaml }
  package static var isBrief: Bool { true }

  /// The type of events that carry pings.
  static let eventType = "cabstand.driver.pinged.v1"
  /// How many pings an array may hold.
  static let maximumCount = 1_000

  private let fleet: any FleetIndex
  private let configuration: DispatchConfiguration
  /// Where positions are kept for taximeters; nil keeps none.
  private let positions: (any PositionStore)?

  package init(_ setup: FunctionSetup) throws {
    fleet = try setup.binding("fleet")
    configuration = try setup.binding("configuration")
    let isRecording = try setup.integer("RECORD_POSITIONS", default: 0, in: 0...1) == 1
    positions = isRecording ? try setup.binding("positions", as: (any PositionStore).self) : nil
  }

  package func handle(_ event: Event, _ context: Context) async throws -> Response {
    if event.trigger.name == "events", event.type != Self.eventType {
      throw FunctionError(
        .unprocessable, code: "unknownEventType", "Expected an event of type \(Self.eventType), found \(event.type).",
        field: "type")
    }
    let reader = PingReader(
      now: Timestamp(unixMilliseconds: context.now.unixMilliseconds), window: configuration.eventTimes,
      caller: context.caller)
    let batch = try reader.read(event.body, as: event.dataContentType)
    if batch.pings.isEmpty, let rejected = batch.rejected.first { throw rejected.error }
    if let positions {
      try await ErrorMapping.store {
        try await positions.append(
          batch.pings.map { RecordedPosition(driver: $0.driver, fix: .init(time: $0.time, point: $0.position)) })
      }
    }
    let superseded = try await record(batch.pings)
    context.logger.trace(
      "pings", metadata: ["accepted": "\(batch.pings.count)", "rejected": "\(batch.rejected.count)"])
    return .json(Self.answer(batch, superseded: superseded))
  }

  private func record(_ pings: [DriverPing]) async throws -> Int {
    let regions = configuration.regions
    return try await ErrorMapping.store {
      if regions.regions.count == 1 { return try await fleet.record(pings, in: regions.regions[0].id) }
      guard let first = pings.first else { return 0 }
      let region = regions.fleetRegion(at: first.position)
      // Most batches are of one region and go as they are; of others, each region's pings go together in their order.
      let isOneRegion = pings.dropFirst().allSatisfy { region.bounds.contains($0.position) }
      if isOneRegion, region.id == regions.regions[0].id { return try await fleet.record(pings, in: region.id) }
      var parts: [(region: RegionID, pings: [DriverPing])] = []
      var places: [RegionID: Int] = [:]
      for ping in pings {
        let region = regions.fleetRegion(at: ping.position).id
        if let place = places[region] {
          parts[place].pings.append(ping)
        } else {
          places[region] = parts.count
          parts.append((region, [ping]))
        }
      }
      var superseded = 0
      for part in parts { superseded += try await fleet.record(part.pings, in: part.region) }
      return superseded
    }
  }

  /// The answer to a single ping that moved its driver, which is most of them.
  private static let oneAccepted = Array(#"{"accepted":1,"superseded":0,"rejected":[]}"#.utf8)

  private static func answer(_ batch: PingBatch, superseded: Int) -> [UInt8] {
    if batch.pings.count == 1, superseded == 0, batch.rejected.isEmpty { return oneAccepted }
    return JSONWriter.bytes { json in
      json.object { json in
        json.member("accepted", batch.pings.count)
        json.member("superseded", superseded)
        json.key("rejected")
        json.array { json in
          for rejected in batch.rejected {
            json.object { json in
              json.member("index", rejected.index)
              json.member("status", rejected.error.status)
              json.member("code", rejected.error.code)
              json.member("field", rejected.error.field)
              json.member("detail", rejected.error.message)
            }
          }
        }
      }
    }
  }
}
