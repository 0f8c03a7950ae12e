import DispatchCore
import DispatchState
import HexGrid
import Testing

/// Drivers, places and moments for tests of the fleet.
enum FleetSamples {
  static let region = RegionID(trusted: "sf")
  static let start = Timestamp(unixMilliseconds: 1_212_735_600_000)

  static func driver(_ number: Int) -> DriverID { DriverID(trusted: "cab-\(number)") }

  /// Places some 2 km apart, each in a zone of its own.
  static func place(_ number: Int) -> GeoPoint {
    GeoPoint(latitude: 37.70 + 0.02 * Double(number % 8), longitude: -122.48 + 0.025 * Double(number / 8))
  }

  static func zone(_ number: Int) -> HexCell {
    guard let cell = Zone.cell(at: place(number)) else { preconditionFailure("the samples lie on Earth") }
    return cell
  }

  static func ping(
    _ driver: Int, at place: Int = 0, second: Double = 0, isOccupied: Bool = false, heading: UInt16? = nil
  ) -> DriverPing {
    DriverPing(
      driver: Self.driver(driver), time: start.advanced(byMilliseconds: Int64(second * 1_000)),
      position: Self.place(place), headingDegrees: heading, isOccupied: isOccupied)
  }

  static func status(
    _ driver: Int, _ activity: DriverActivity = .idle, version: Int64 = 1, vehicleClass: VehicleClass = .standard,
    region: RegionID = region
  ) -> DriverStatus {
    DriverStatus(
      driver: Self.driver(driver), region: region, vehicleClass: vehicleClass, activity: activity, version: version,
      since: start)
  }
}

extension FleetIndex {
  /// Everybody who could be offered a ride.
  func idle(
    cells: [HexCell]? = nil, seenSince: Timestamp = .init(unixMilliseconds: 0), limit: Int = .max
  ) async throws -> [DriverSnapshot] {
    try await idleDrivers(in: FleetSamples.region, cells: cells, seenSince: seenSince, limit: limit)
  }

  /// The counters, which must equal a recount whenever a test looks.
  func countedSupply(sourceLocation: SourceLocation = #_sourceLocation) async throws -> [ZoneSupply] {
    let counted = try await supply(in: FleetSamples.region)
    let recounted = try await recountedSupply(in: FleetSamples.region)
    #expect(counted == recounted, sourceLocation: sourceLocation)
    return counted
  }

  func record(_ pings: [DriverPing]) async throws -> Int { try await record(pings, in: FleetSamples.region) }

  func known(_ driver: Int) async throws -> DriverSnapshot? {
    try await self.driver(FleetSamples.driver(driver), in: FleetSamples.region)
  }
}
