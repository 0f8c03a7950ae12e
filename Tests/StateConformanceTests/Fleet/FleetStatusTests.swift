import DispatchCore
import DispatchState
import Testing

/// Statuses, idle drivers, sweeps and rebuilds.
@Suite struct FleetStatusTests {
  typealias Samples = FleetSamples

  @Test(arguments: FleetStore.available)
  func `only drivers on shift, free and empty are idle`(_ store: FleetStore) async throws {
    try await store.run { fleet async throws in
      let offer = OfferID(trusted: "o1-1")
      let ride = RideID(trusted: "r1")
      _ = try await fleet.record((0..<5).map { Samples.ping($0) } + [Samples.ping(5, isOccupied: true)])
      try await fleet.apply([
        Samples.status(0, .offline), Samples.status(1, .idle, vehicleClass: .premium),
        Samples.status(2, .offered(offer)), Samples.status(3, .busy(ride)), Samples.status(5, .idle),
      ])
      let idle = try await fleet.idle()
      #expect(idle.map(\.driver) == [Samples.driver(1)])
      #expect(idle.first?.vehicleClass == .premium)
      #expect(idle.first?.activityName == "idle")
      #expect(idle.first?.statusVersion == 1)
      // Driver 4 has no shift: supply by position.
      #expect(try await fleet.countedSupply() == [ZoneSupply(cell: Samples.zone(0), supply: 5, idle: 1)])
      var names: [String?] = []
      for number in 0..<6 { names.append(try await fleet.known(number)?.activityName) }
      #expect(names == ["offline", "idle", "offered", "busy", nil, "idle"])
    }
  }

  @Test(arguments: FleetStore.available)
  func `several drivers are answered in the order in which they were asked for`(_ store: FleetStore) async throws {
    try await store.run { fleet async throws in
      _ = try await fleet.record((0..<4).map { Samples.ping($0, at: $0) })
      try await fleet.apply([
        Samples.status(1, .busy(RideID(trusted: "r1"))), Samples.status(2, .idle), Samples.status(9, .idle),
      ])
      let wanted = [3, 9, 1, 7, 2, 1].map(Samples.driver)
      let found = try await fleet.drivers(wanted, in: Samples.region)
      #expect(found.map(\.driver) == [3, 1, 2, 1].map(Samples.driver))
      #expect(found.map(\.activityName) == [nil, "busy", "idle", "busy"])
      for snapshot in found { #expect(try await fleet.driver(snapshot.driver, in: Samples.region) == snapshot) }
      #expect(try await fleet.drivers([], in: Samples.region).isEmpty)
      let many = (0..<2_500).map { Samples.driver($0 % 5) }
      #expect(try await fleet.drivers(many, in: Samples.region).count == 2_000)
    }
  }

  @Test(arguments: FleetStore.available)
  func `a status before the first position waits for it`(_ store: FleetStore) async throws {
    try await store.run { fleet async throws in
      try await fleet.apply([Samples.status(1, .idle, version: 3, vehicleClass: .large)])
      #expect(try await fleet.known(1) == nil)
      #expect(try await fleet.countedSupply().isEmpty)
      _ = try await fleet.record([Samples.ping(1, at: 2)])
      #expect(try await fleet.idle().first?.vehicleClass == .large)
      #expect(try await fleet.countedSupply() == [ZoneSupply(cell: Samples.zone(2), supply: 1, idle: 1)])
    }
  }

  @Test(arguments: FleetStore.available)
  func `a lower or equal version changes nothing`(_ store: FleetStore) async throws {
    try await store.run { fleet async throws in
      _ = try await fleet.record([Samples.ping(1)])
      try await fleet.apply([Samples.status(1, .idle, version: 5)])
      try await fleet.apply([Samples.status(1, .offline, version: 5)])
      try await fleet.apply([Samples.status(1, .offline, version: 4)])
      #expect(try await fleet.known(1)?.activityName == "idle")
      // Within one call too.
      try await fleet.apply([
        Samples.status(1, .offline, version: 8), Samples.status(1, .idle, version: 7),
        Samples.status(1, .idle, version: 9), Samples.status(1, .offline, version: 9),
      ])
      #expect(try await fleet.known(1)?.activityName == "idle")
      #expect(try await fleet.known(1)?.statusVersion == 9)
      #expect(try await fleet.countedSupply() == [ZoneSupply(cell: Samples.zone(0), supply: 1, idle: 1)])
    }
  }

  @Test(arguments: FleetStore.available)
  func `idle drivers move with their positions`(_ store: FleetStore) async throws {
    try await store.run { fleet async throws in
      try await fleet.apply((0..<9).map { Samples.status($0) })
      _ = try await fleet.record((0..<9).map { Samples.ping($0, at: $0 % 3) })
      _ = try await fleet.record([Samples.ping(0, at: 2, second: 1), Samples.ping(1, at: 5, second: 1)])
      #expect(
        try await fleet.idle(cells: [Samples.zone(2)]).map(\.driver)
          == [0, 2, 5, 8].map { Samples.driver($0) })
      #expect(try await fleet.idle(cells: [Samples.zone(5)]).map(\.driver) == [Samples.driver(1)])
      // Somebody gets in, moves on and gets out.
      _ = try await fleet.record([Samples.ping(2, at: 2, second: 2, isOccupied: true)])
      _ = try await fleet.record([Samples.ping(2, at: 7, second: 3, isOccupied: true)])
      #expect(try await fleet.idle(cells: [Samples.zone(7), Samples.zone(2)]).count == 3)
      _ = try await fleet.countedSupply()
      _ = try await fleet.record([Samples.ping(2, at: 7, second: 4)])
      #expect(try await fleet.idle(cells: [Samples.zone(7)]).map(\.driver) == [Samples.driver(2)])
      let supply = try await fleet.countedSupply()
      #expect(supply.reduce(0) { $0 + $1.supply } == 9)
      #expect(supply.reduce(0) { $0 + $1.idle } == 9)
    }
  }

  @Test(arguments: FleetStore.available)
  func `idle drivers by zone, freshness and limit`(_ store: FleetStore) async throws {
    try await store.run { fleet async throws in
      try await fleet.apply((0..<30).map { Samples.status($0) })
      _ = try await fleet.record((0..<30).map { Samples.ping($0, at: $0 % 3, second: Double($0)) })
      let all = try await fleet.idle()
      #expect(Set(all.map(\.driver)).count == 30)
      #expect(all.map(\.cell) == all.map(\.cell).sorted())
      let fresh = try await fleet.idle(seenSince: Samples.start.advanced(bySeconds: 20))
      #expect(Set(fresh.map(\.driver)) == Set((20..<30).map { Samples.driver($0) }))
      #expect(try await fleet.idle(limit: 7).count == 7)
      #expect(try await fleet.idle(limit: 0).isEmpty)
      // The limit counts only those who are fresh enough.
      let few = try await fleet.idle(
        cells: [Samples.zone(1)], seenSince: Samples.start.advanced(bySeconds: 20), limit: 3)
      #expect(few.count == 3)
      #expect(few.allSatisfy { $0.seenAt >= Samples.start.advanced(bySeconds: 20) })
      #expect(try await fleet.idle(cells: []).isEmpty)
      #expect(try await fleet.idle(cells: [Samples.zone(20)]).isEmpty)
    }
  }

  @Test(arguments: FleetStore.available)
  func `a sweep silences the old and forgets the very old`(_ store: FleetStore) async throws {
    try await store.run { fleet async throws in
      try await fleet.apply((0..<4).map { Samples.status($0) })
      _ = try await fleet.record((0..<4).map { Samples.ping($0, second: Double($0) * 100) })
      func sweep(silent: Int, forgotten: Int) async throws -> Int {
        try await fleet.sweep(
          in: Samples.region, silentSince: Samples.start.advanced(bySeconds: silent),
          forgottenSince: Samples.start.advanced(bySeconds: forgotten), limit: 10_000)
      }
      #expect(try await sweep(silent: 250, forgotten: 50) == 3)
      #expect(try await fleet.known(0) == nil)
      #expect(try await fleet.idle().map(\.driver) == [Samples.driver(3)])
      // The silent still count as supply.
      #expect(try await fleet.countedSupply() == [ZoneSupply(cell: Samples.zone(0), supply: 3, idle: 1)])
      #expect(try await sweep(silent: 250, forgotten: 50) == 0)
      // A late position from before changes nothing; a new one brings the driver back.
      #expect(try await fleet.record([Samples.ping(1, second: 99)]) == 1)
      #expect(try await fleet.idle().count == 1)
      #expect(try await fleet.record([Samples.ping(1, second: 301)]) == 0)
      #expect(try await fleet.idle().map(\.driver) == [Samples.driver(1), Samples.driver(3)])
      // What happens to the silent is still taken in.
      try await fleet.apply([Samples.status(2, .offline, version: 2)])
      #expect(try await fleet.countedSupply() == [ZoneSupply(cell: Samples.zone(0), supply: 2, idle: 2)])
      #expect(try await sweep(silent: 1_000, forgotten: 1_000) == 3)
      #expect(try await fleet.countedSupply().isEmpty)
      // Whoever was forgotten may be anywhere at any time, and comes back with the status that they had.
      #expect(try await fleet.record((0..<4).map { Samples.ping($0, second: 1) }) == 0)
      #expect(try await fleet.countedSupply() == [ZoneSupply(cell: Samples.zone(0), supply: 3, idle: 3)])
      #expect(try await fleet.idle().map(\.driver) == [0, 1, 3].map { Samples.driver($0) })
      #expect(try await fleet.known(2)?.statusVersion == 2)
      // An older status than the one kept changes nothing.
      try await fleet.apply([Samples.status(2, .idle, version: 1)])
      #expect(try await fleet.idle().count == 3)
    }
  }

  @Test(arguments: FleetStore.available)
  func `small sweeps come round to everybody`(_ store: FleetStore) async throws {
    try await store.run { fleet async throws in
      let count = 3_000
      try await fleet.apply((0..<count).map { Samples.status($0) })
      _ = try await fleet.record((0..<count).map { Samples.ping($0, at: $0 % 24) })
      var swept = 0
      for _ in 0..<1_000 where swept < count {
        swept += try await fleet.sweep(
          in: Samples.region, silentSince: Samples.start.advanced(bySeconds: 1),
          forgottenSince: Samples.start.advanced(bySeconds: -1), limit: 100)
      }
      #expect(swept == count)
      #expect(try await fleet.idle().isEmpty)
      #expect(try await fleet.countedSupply().reduce(0) { $0 + $1.supply } == count)
      // And back again.
      #expect(try await fleet.record((0..<count).map { Samples.ping($0, at: $0 % 24, second: 5) }) == 0)
      #expect(try await fleet.idle().count == count)
      #expect(try await fleet.countedSupply().reduce(0) { $0 + $1.idle } == count)
    }
  }

  @Test(arguments: FleetStore.available)
  func `a fleet has to be built once, by region`(_ store: FleetStore) async throws {
    try await store.run { fleet async throws in
      #expect(try await fleet.needsRebuild(Samples.region))
      _ = try await fleet.record([Samples.ping(1)])
      #expect(try await fleet.needsRebuild(Samples.region))
      try await fleet.markBuilt(Samples.region)
      #expect(try await !fleet.needsRebuild(Samples.region))
      #expect(try await fleet.needsRebuild(RegionID(trusted: "nyc")))
    }
  }

  @Test(arguments: FleetStore.available)
  func `thousands of drivers at once`(_ store: FleetStore) async throws {
    try await store.run { fleet async throws in
      let count = 6_000
      _ = try await fleet.record((0..<count).map { Samples.ping($0, at: $0 % 40) })
      try await fleet.apply((0..<count).map { Samples.status($0, $0 % 3 == 0 ? .idle : .offline) })
      let supply = try await fleet.countedSupply()
      #expect(supply.reduce(0) { $0 + $1.supply } == count / 3)
      let idle = try await fleet.idle()
      #expect(Set(idle.map(\.driver)) == Set(stride(from: 0, to: count, by: 3).map { Samples.driver($0) }))
      try await fleet.apply((0..<count).map { Samples.status($0, .offline, version: 2) })
      #expect(try await fleet.countedSupply().isEmpty)
      #expect(try await fleet.idle().isEmpty)
    }
  }
}
