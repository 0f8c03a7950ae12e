import DispatchCore
import HexGrid
import Testing

@Suite("Zone load")
struct ZoneLoadTests {
  @Test("Joining loses nobody at any resolution, and sums into the parents", arguments: 0...8)
  func join(resolution: Int) throws {
    var random = SeededRandom(seed: UInt64(resolution))
    let cells = try (0..<60).map { _ in
      try Samples.cell(
        GeoPoint(
          latitude: .random(in: 37...38.5, using: &random), longitude: .random(in: -123...(-121.5), using: &random)))
    }
    let supply = cells.map { ZoneSupply(cell: $0, supply: 1 + random.below(9), idle: random.below(2)) }
    let demand = cells.reversed().map {
      ZoneDemand(cell: $0, demand: random.below(9), openRequests: random.below(4), completed: random.below(5))
    }
    let loads = ZoneLoad.join(supply: supply, demand: demand, resolution: resolution)
    #expect(loads.map(\.cell) == loads.map(\.cell).sorted())
    #expect(Set(loads.map(\.cell)).count == loads.count)
    #expect(loads.allSatisfy { $0.cell.resolution == resolution })
    for load in loads {
      let own = supply.filter { $0.cell.parent(at: resolution) == load.cell }
      let riders = demand.filter { $0.cell.parent(at: resolution) == load.cell }
      #expect(load.supply == own.reduce(0) { $0 + $1.supply })
      #expect(load.idle == own.reduce(0) { $0 + $1.idle })
      #expect(load.demand == riders.reduce(0) { $0 + $1.demand })
      #expect(load.openRequests == riders.reduce(0) { $0 + $1.openRequests })
      #expect(load.completed == riders.reduce(0) { $0 + $1.completed })
    }
    #expect(loads.reduce(0) { $0 + $1.supply } == supply.reduce(0) { $0 + $1.supply })
    #expect(loads.reduce(0) { $0 + $1.demand } == demand.reduce(0) { $0 + $1.demand })
  }

  @Test("A zone with only riders or only drivers is there too")
  func oneSided() throws {
    let cell = try Samples.cell()
    let supply = ZoneLoad.join(supply: [ZoneSupply(cell: cell, supply: 2, idle: 1)], demand: [], resolution: 8)
    #expect(supply.count == 1 && supply[0].supply == 2 && supply[0].demand == 0)
    let demand = ZoneLoad.join(
      supply: [], demand: [ZoneDemand(cell: cell, demand: 3, openRequests: 1, completed: 2)], resolution: 8)
    #expect(demand.count == 1 && demand[0].demand == 3 && demand[0].idle == 0)
    #expect(ZoneLoad.join(supply: [], demand: [], resolution: 8).isEmpty)
  }

  @Test("A position that is no place has no zone")
  func noZone() {
    #expect(Zone.cell(at: GeoPoint(latitude: .nan, longitude: 0)) == nil)
    #expect(Zone.cell(at: GeoPoint(latitude: .infinity, longitude: 0)) == nil)
    #expect(Zone.cell(at: Samples.pickup)?.resolution == 8)
  }
}
