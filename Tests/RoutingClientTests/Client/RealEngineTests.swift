import DispatchState
import HexGrid
import Testing

@testable import RoutingClient

/// The client against Valhalla and OSRM themselves.
@Suite("Real engines", .serialized, .enabled(if: RealEngine.extract != nil))
struct RealEngineTests {
  @Test("Drives through Midtown; then the engine is killed", arguments: ["valhalla", "osrm"])
  func midtown(kind: String) async throws {
    let engine: RealEngine
    do {
      engine = try await RealEngine.start(kind)
    } catch is RealEngine.Absent {
      return
    }
    let client = RoutingClient(
      RoutingClient.Configuration(
        url: try EngineURL("\(kind)+http://127.0.0.1:\(engine.port)"), deadline: .seconds(20), connections: 4))
    let times = RoutedTravelTimes(client: client, fallback: Midtown.fallback)
    func drives(_ queries: [DriveQuery]) async throws -> [[DriveEstimate?]] {
      try await times.estimates(for: queries, at: Midtown.now, in: Midtown.region)
    }

    // One drive by /route and the same one by the table: equal but for rounding, and such as a drive in a city may be.
    let answers = await client.estimates(for: [Midtown.pair, Midtown.table])
    let (pair, table) = (try answers[0].get(), try answers[1].get())
    try #require(pair.count == 1 && table.count == 2)
    let (single, first, second) = (try #require(pair[0]), try #require(table[0]), try #require(table[1]))
    #expect(abs(single.seconds - first.seconds) <= 2, "\(single) \(first)")
    for (drive, origin) in [(first, Midtown.grandCentral), (second, Midtown.flatiron)] {
      let crow = origin.distanceMeters(to: Midtown.timesSquare)
      let meters = try #require(drive.meters)
      #expect(meters >= crow * 0.9 && meters < crow * 4, "\(meters) m, \(crow) m of straight line")
      #expect((1...25).contains(meters / drive.seconds), "\(drive)")
    }

    // Far more origins than one request takes, some of them in the sea and beyond the map: the rest comes from the engine.
    var origins = (0..<220).map { index in
      GeoPoint(latitude: 40.742 + Double(index % 20) * 0.0008, longitude: -73.992 + Double(index / 20) * 0.0012)
    }
    origins[7] = Midtown.honolulu
    origins[150] = GeoPoint(latitude: 40.70, longitude: -73.80)
    let many = try await drives([DriveQuery(origins: origins, destination: Midtown.timesSquare)])[0]
    #expect(many[7]?.meters == nil && many[150]?.meters == nil)
    #expect(many[150]?.seconds == Midtown.seconds(origins[150]))
    #expect(many.count { $0?.meters != nil } == 218)
    let outside = await client.estimates(for: [DriveQuery(origins: [origins[150]], destination: Midtown.timesSquare)])
    #expect(try outside[0].get() == [nil])

    await engine.kill()
    let after = try await drives([Midtown.pair, Midtown.table])
    #expect(after[0] == [DriveEstimate(seconds: Midtown.seconds(Midtown.grandCentral), meters: nil)])
    #expect(after[1].count == 2 && after[1].allSatisfy { $0 != nil && $0?.meters == nil })
    client.close()
  }
}
