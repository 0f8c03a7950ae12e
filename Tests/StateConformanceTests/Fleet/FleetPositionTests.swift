import DispatchCore
import DispatchState
import HexGrid
import Testing

/// Positions: order, duplicates, ties, moves.
@Suite struct FleetPositionTests {
  typealias Samples = FleetSamples

  @Test(arguments: FleetStore.available)
  func `a position is kept as it was sent`(_ store: FleetStore) async throws {
    try await store.run { fleet async throws in
      #expect(try await fleet.known(1) == nil)
      #expect(try await fleet.record([Samples.ping(1, at: 3, second: 4.25, isOccupied: true, heading: 359)]) == 0)
      let known = try #require(try await fleet.known(1))
      let zone = Samples.zone(3)
      #expect(
        known
          == DriverSnapshot(
            driver: Samples.driver(1), position: Samples.place(3), cell: zone,
            seenAt: Samples.start.advanced(byMilliseconds: 4_250), headingDegrees: 359, isOccupied: true))
      #expect(try await fleet.countedSupply() == [ZoneSupply(cell: zone, supply: 1, idle: 0)])
      #expect(try await fleet.known(2) == nil)
    }
  }

  @Test(arguments: FleetStore.available)
  func `a position never goes back in time`(_ store: FleetStore) async throws {
    try await store.run { fleet async throws in
      #expect(try await fleet.record([Samples.ping(1, at: 1, second: 10)]) == 0)
      #expect(try await fleet.record([Samples.ping(1, at: 2, second: 9.999)]) == 1)
      #expect(try await fleet.known(1)?.position == Samples.place(1))
      #expect(try await fleet.record([Samples.ping(1, at: 2, second: 10.001)]) == 0)
      #expect(try await fleet.known(1)?.position == Samples.place(2))
      #expect(
        try await fleet.countedSupply() == [ZoneSupply(cell: Samples.zone(2), supply: 1, idle: 0)])
    }
  }

  @Test(arguments: FleetStore.available)
  func `times before 1970 are in order too`(_ store: FleetStore) async throws {
    try await store.run { fleet async throws in
      var ping = Samples.ping(1)
      for milliseconds: Int64 in [-2_000, -1_000, -1, 0, 1] {
        ping.time = Timestamp(unixMilliseconds: milliseconds)
        #expect(try await fleet.record([ping]) == 0)
        #expect(try await fleet.known(1)?.seenAt == ping.time)
      }
      ping.time = Timestamp(unixMilliseconds: -500)
      #expect(try await fleet.record([ping]) == 1)
    }
  }

  @Test(arguments: FleetStore.available)
  func `duplicates change nothing and are counted`(_ store: FleetStore) async throws {
    try await store.run { fleet async throws in
      let pings = (0..<50).map { Samples.ping($0, at: $0 % 16, second: Double($0)) }
      #expect(try await fleet.record(pings) == 0)
      let before = try await fleet.countedSupply()
      #expect(try await fleet.record(pings) == 50)
      #expect(try await fleet.record(pings + pings) == 100)
      #expect(try await fleet.countedSupply() == before)
    }
  }

  @Test(arguments: FleetStore.available)
  func `a batch may hold a driver many times`(_ store: FleetStore) async throws {
    try await store.run { fleet async throws in
      // 3, 1 (older), 4, 4 (again), 2 (older), 9.
      let seconds = [3.0, 1, 4, 4, 2, 9]
      let backlog = seconds.enumerated().map { Samples.ping(1, at: $0.offset, second: $0.element) }
      // The second of the two at 4 is one place further north, so it wins.
      #expect(try await fleet.record(backlog) == 2)
      #expect(try await fleet.known(1)?.position == Samples.place(5))
      #expect(try await fleet.countedSupply() == [ZoneSupply(cell: Samples.zone(5), supply: 1, idle: 0)])
    }
  }

  @Test(arguments: FleetStore.available)
  func `a large backlog of one driver is taken whole`(_ store: FleetStore) async throws {
    try await store.run { fleet async throws in
      try await fleet.apply([Samples.status(1)])
      let backlog = (0..<2_500).map { Samples.ping(1, at: $0 % 24, second: Double($0)) }
      #expect(try await fleet.record(backlog) == 0)
      #expect(try await fleet.known(1)?.position == Samples.place(2_499 % 24))
      #expect(
        try await fleet.countedSupply()
          == [ZoneSupply(cell: Samples.zone(2_499 % 24), supply: 1, idle: 1)])
      #expect(try await fleet.record(backlog) == 2_500)
    }
  }

  @Test(arguments: FleetStore.available)
  func `ties are decided by position, whatever comes first`(_ store: FleetStore) async throws {
    try await store.run { fleet async throws in
      let south = GeoPoint(latitude: 37.75, longitude: -122.40)
      let north = GeoPoint(latitude: 37.75.nextUp, longitude: -122.45)
      let east = GeoPoint(latitude: 37.75.nextUp, longitude: (-122.45).nextUp)
      let order: [(GeoPoint, superseded: Int, winner: GeoPoint)] = [
        (north, 0, north), (south, 1, north), (east, 0, east), (north, 1, east), (east, 1, east),
      ]
      for (position, superseded, winner) in order {
        var ping = Samples.ping(1)
        ping.position = position
        #expect(try await fleet.record([ping]) == superseded)
        #expect(try await fleet.known(1)?.position == winner)
      }
    }
  }

  @Test(arguments: FleetStore.available)
  func `zero has no sign, and every hemisphere is in order`(_ store: FleetStore) async throws {
    try await store.run { fleet async throws in
      let coordinates: [(Double, Double, superseded: Int)] = [
        (-33.9, 151.2, 0), (-0.0, -0.0, 0), (0.0, 0.0, 1), (0.0, 1.0, 0), (0.0, -1.0, 1), (1.0, -70.0, 0),
        (0.5, 70.0, 1),
      ]
      for (latitude, longitude, superseded) in coordinates {
        var ping = Samples.ping(1)
        ping.position = GeoPoint(latitude: latitude, longitude: longitude)
        #expect(try await fleet.record([ping]) == superseded)
      }
      #expect(try await fleet.known(1)?.position == GeoPoint(latitude: 1, longitude: -70))
    }
  }

  @Test(arguments: FleetStore.available)
  func `positions that are nowhere are left out`(_ store: FleetStore) async throws {
    try await store.run { fleet async throws in
      var ping = Samples.ping(1)
      ping.position = GeoPoint(latitude: .nan, longitude: 0)
      #expect(try await fleet.record([ping]) == 0)
      #expect(try await fleet.record([]) == 0)
      #expect(try await fleet.known(1) == nil)
      #expect(try await fleet.countedSupply().isEmpty)
    }
  }

  @Test(arguments: FleetStore.available)
  func `any order of arrival ends the same`(_ store: FleetStore) async throws {
    var generator = SplitMix(seed: 7)
    let pings = (0..<600).map { number in
      Samples.ping(
        number % 40, at: Int(generator.next() % 24), second: Double(generator.next() % 20),
        isOccupied: generator.next() % 4 == 0)
    }
    // Pings that tie in time and place may differ in what else they say, so only those fields are compared.
    func outcome(_ pings: [DriverPing]) async throws -> [[Double]] {
      var found: [[Double]] = []
      try await store.run { fleet async throws in
        for start in stride(from: 0, to: pings.count, by: 35) {
          _ = try await fleet.record(Array(pings[start..<min(start + 35, pings.count)]))
        }
        _ = try await fleet.countedSupply()
        for number in 0..<40 {
          let known = try #require(try await fleet.known(number))
          found.append([
            Double(known.seenAt.unixMilliseconds), known.position.latitude, known.position.longitude,
          ])
        }
      }
      return found
    }
    let straight = try await outcome(pings)
    #expect(try await outcome(pings.reversed()) == straight)
    #expect(try await outcome(pings.shuffled(using: &generator)) == straight)
  }

  @Test(arguments: FleetStore.available)
  func `regions do not know each other's drivers`(_ store: FleetStore) async throws {
    try await store.run { fleet async throws in
      let other = RegionID(trusted: "nyc")
      _ = try await fleet.record([Samples.ping(1, second: 5)])
      #expect(try await fleet.record([Samples.ping(1, second: 1)], in: other) == 0)
      try await fleet.apply([Samples.status(1), Samples.status(1, .offline, version: 9, region: other)])
      #expect(try await fleet.idle().count == 1)
      #expect(try await fleet.supply(in: other).isEmpty)
      #expect(try await fleet.driver(Samples.driver(1), in: other)?.activityName == "offline")
    }
  }

  @Test(arguments: FleetStore.available)
  func `many callers at once each learn about their own`(_ store: FleetStore) async throws {
    try await store.run { fleet async throws in
      #expect(try await fleet.record((0..<100).map { Samples.ping($0, second: 10) }) == 0)
      // Callers with an even number are late; every caller adds a position that is nowhere.
      let wrong = try await withThrowingTaskGroup(of: Int?.self) { group in
        for number in 0..<400 {
          group.addTask {
            var nowhere = Samples.ping(1_000)
            nowhere.position.latitude = .infinity
            let second = number % 2 == 0 ? 5.0 : 20
            let superseded = try await fleet.record([
              nowhere, Samples.ping(number % 100 + 1_000 * (number / 100), at: 1, second: second),
              Samples.ping(number % 100, at: 2, second: 1),
            ])
            // In the first hundred the late find the position from before.
            return superseded == (number < 100 && number % 2 == 0 ? 2 : 1) ? nil : number
          }
        }
        return try await group.reduce(into: []) { $0 += $1.map { [$0] } ?? [] }
      }
      #expect(wrong == [])
      #expect(try await fleet.countedSupply().reduce(0) { $0 + $1.supply } == 400)
    }
  }
}
