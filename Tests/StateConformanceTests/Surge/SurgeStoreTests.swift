import DispatchCore
import DispatchState
import EmbeddedStores
import HexGrid
import RedisClient
import RedisState
import Testing

/// The stores that keep prices; every test of the port runs on each.
enum SurgeStoreKind: String, CaseIterable, CustomTestStringConvertible {
  case memory
  case redis

  /// Those that can run here.
  static var available: [SurgeStoreKind] { allCases.filter { $0 == .memory || PrivateRedis.isInstalled } }

  var testDescription: String { rawValue }

  /// Runs a test with no prices.
  func run(_ body: (any SurgeStore) async throws -> Void) async throws {
    switch self {
    case .memory: try await body(MemoryFleet())
    case .redis: try await PrivateRedis.run { _, client in try await body(Self.store(client)) }
    }
  }

  static func store(_ client: RedisClient) -> RedisFleet {
    RedisFleet(client: client, deadline: .seconds(20), priceDeadline: .seconds(20))
  }
}

@Suite struct SurgeStoreTests {
  typealias Samples = SurgeSamples

  @Test(arguments: SurgeStoreKind.available)
  func `a surface comes back as it was published, whole and zone by zone`(_ kind: SurgeStoreKind) async throws {
    try await kind.run { store async throws in
      let region = FleetSamples.region
      #expect(try await store.surge(in: region) == nil)
      for (version, count) in [(1, 0), (2, 1), (3, 2_500), (4, 20)] as [(Int64, Int)] {
        let surface = Samples.surface(version: version, after: version == 1 ? nil : version - 1, zones: count)
        #expect(try await store.publish(surface, replacing: version == 1 ? nil : version - 1))
        // Nothing of the one before is left.
        #expect(try await store.surge(in: region) == surface)
      }
      let last = Samples.surface(version: 4, after: 3)
      for zone in last.zones {
        #expect(try await store.price(of: zone.cell, in: region) == SurgePrice(tick: last.tick, zone: zone))
      }
    }
  }

  @Test(arguments: SurgeStoreKind.available)
  func `a zone that the surface does not hold pays 1.0, a region without one has no price`(
    _ kind: SurgeStoreKind
  ) async throws {
    try await kind.run { store async throws in
      let surface = Samples.surface(version: 9)
      #expect(try await store.publish(surface, replacing: nil))
      let far = try #require(HexCell(GeoPoint(latitude: 0, longitude: 0), resolution: Zone.resolution))
      #expect(try await store.price(of: far, in: surface.region) == surface.price(of: far))
      #expect(try await store.price(of: far, in: RegionID(trusted: "nyc")) == nil)
      #expect(try await store.surge(in: RegionID(trusted: "nyc")) == nil)
    }
  }

  @Test(arguments: SurgeStoreKind.available)
  func `only the surface that was read is replaced, and a repeated call changes nothing`(
    _ kind: SurgeStoreKind
  ) async throws {
    try await kind.run { store async throws in
      let region = FleetSamples.region
      let first = Samples.surface(version: 1_212_735_600_000)
      #expect(try await !store.publish(first, replacing: 5))
      #expect(try await store.surge(in: region) == nil)
      #expect(try await store.publish(first, replacing: nil))
      #expect(try await store.publish(first, replacing: nil))
      let second = Samples.surface(version: 1_212_735_660_000, after: 1_212_735_600_000, zones: 9)
      #expect(try await !store.publish(second, replacing: nil))
      #expect(try await !store.publish(second, replacing: 7))
      #expect(try await store.surge(in: region) == first)
      #expect(try await store.publish(second, replacing: 1_212_735_600_000))
      #expect(try await store.publish(second, replacing: 1_212_735_600_000))
      #expect(try await store.surge(in: region) == second)
      // A clock that was put back gives lower versions; negative ones too.
      let earlier = Samples.surface(version: -60_000, after: 1_212_735_660_000)
      #expect(try await store.publish(earlier, replacing: 1_212_735_660_000))
      #expect(try await store.surge(in: region) == earlier)
    }
  }

  @Test(arguments: SurgeStoreKind.available)
  func `of many who replace the same surface one succeeds`(_ kind: SurgeStoreKind) async throws {
    try await kind.run { store async throws in
      #expect(try await store.publish(Samples.surface(version: 1), replacing: nil))
      let answers = try await withThrowingTaskGroup(of: Bool.self) { group in
        for version in 2...21 as ClosedRange<Int64> {
          group.addTask { try await store.publish(Samples.surface(version: version, after: 1), replacing: 1) }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(answers.count { $0 } == 1)
      let kept = try #require(try await store.surge(in: FleetSamples.region))
      #expect(kept == Samples.surface(version: kept.tick.version, after: 1))
    }
  }
}

/// What Redis loses or holds that cannot be.
@Suite(.enabled(if: PrivateRedis.isInstalled)) struct SurgeLossTests {
  private let cell = SurgeSamples.surface(version: 1).zones[0].cell

  @Test func `flushed prices are none, and the next tick begins anew`() async throws {
    try await PrivateRedis.run { _, client in
      let store = SurgeStoreKind.store(client)
      #expect(try await store.publish(SurgeSamples.surface(version: 1), replacing: nil))
      try await client.command("FLUSHALL")
      #expect(try await store.surge(in: FleetSamples.region) == nil)
      #expect(try await store.price(of: cell, in: FleetSamples.region) == nil)
      // Whoever read before the loss does not bring the old prices' successor back.
      #expect(try await !store.publish(SurgeSamples.surface(version: 2, after: 1), replacing: 1))
      #expect(try await store.publish(SurgeSamples.surface(version: 3), replacing: nil))
    }
  }

  @Test func `what is no price is none, and is replaced`() async throws {
    try await PrivateRedis.run { _, client in
      let store = SurgeStoreKind.store(client)
      try await client.command("HSET", "{sf}:surge", "tick", "of another form")
      #expect(try await store.surge(in: FleetSamples.region) == nil)
      #expect(try await store.publish(SurgeSamples.surface(version: 3), replacing: nil))
      #expect(try await store.surge(in: FleetSamples.region) == SurgeSamples.surface(version: 3))
      var command = RedisCommand("HSET", "{sf}:surge")
      command.append((0..<8).map { UInt8(truncatingIfNeeded: cell.rawValue >> (56 - 8 * $0)) })
      command.append([UInt8](repeating: 0xff, count: 13 * 8))
      _ = try await client.command(command)
      await #expect(throws: StateError.self) { try await store.price(of: cell, in: FleetSamples.region) }
      await #expect(throws: StateError.self) { try await store.surge(in: FleetSamples.region) }
    }
  }

  @Test func `a rider's look at a price does not wait long for a server that is away`() async throws {
    try await PrivateRedis.run { server, client in
      let store = RedisFleet(client: client, deadline: .seconds(20), priceDeadline: .milliseconds(50))
      await server.stop()
      await #expect {
        _ = try await store.price(of: cell, in: FleetSamples.region)
      } throws: { error in
        if case .unavailable = error as? StateError { true } else { false }
      }
      try await server.start()
    }
  }
}
