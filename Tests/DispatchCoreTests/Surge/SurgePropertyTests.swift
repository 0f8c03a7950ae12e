import DispatchCore
import HexGrid
import Testing

/// What must hold of prices whatever is counted and however they are set.
@Suite("Properties of prices")
struct SurgePropertyTests {
  private func ticks(_ town: inout SurgeTown, _ count: Int = 14) -> [[SurgeCount]] {
    // Some counts stay for a while, so that prices have time to rise.
    var present: [SurgeCount] = []
    return (0..<count).map { tick in
      if tick % 4 == 0 { present = town.counts() }
      return present
    }
  }

  @Test(
    "Never below 1.0, never above the cap, never more than a step per tick", arguments: 1...60 as ClosedRange<UInt64>)
  func limits(seed: UInt64) {
    var town = SurgeTown(seed: seed)
    let policy = town.policy()
    var before: SurgeSurface?
    for surface in SurgeTown.run(policy, ticks(&town)) {
      for cell in town.cells {
        let tenths = surface.tenths(cell)
        #expect((10...max(policy.capTenths, 10)).contains(tenths))
        #expect(abs(tenths - (before?.tenths(cell) ?? 10)) <= policy.stepTenths)
        #expect(surface.price(of: cell).zone.previousTenths == before?.tenths(cell) ?? 10)
      }
      before = surface
    }
  }

  @Test("Neighbours stay within their bound in every tick", arguments: 1...60 as ClosedRange<UInt64>)
  func smoothInSpace(seed: UInt64) {
    var town = SurgeTown(seed: seed)
    let policy = town.policy()
    for surface in SurgeTown.run(policy, ticks(&town)) {
      for zone in surface.zones {
        for neighbor in zone.cell.neighbors {
          #expect(abs(zone.tenths - surface.tenths(neighbor)) <= policy.neighborTenths)
        }
      }
    }
  }

  @Test(
    "More demand or less supply anywhere lowers no price anywhere, then or later",
    arguments: 1...60 as ClosedRange<UInt64>)
  func monotone(seed: UInt64) {
    var town = SurgeTown(seed: seed)
    let policy = town.policy()
    let plain = ticks(&town)
    var rose = false
    for isDemand in [true, false] {
      let chosen = town.cells[town.random.below(town.cells.count)]
      let busier = plain.enumerated().map { tick, counts in
        guard (2...5).contains(tick) else { return counts }
        return changed(counts, at: chosen, isDemand: isDemand, by: 1 + town.random.below(30))
      }
      for (one, other) in zip(SurgeTown.run(policy, plain), SurgeTown.run(policy, busier)) {
        for cell in town.cells {
          #expect(one.tenths(cell) <= other.tenths(cell))
          rose = rose || one.tenths(cell) < other.tenths(cell)
        }
      }
    }
    // Most draws show a difference; one that shows none proves nothing, but is no fault.
    if !rose { print("seed \(seed): no price moved") }
  }

  private func changed(_ counts: [SurgeCount], at cell: HexCell, isDemand: Bool, by number: Int) -> [SurgeCount] {
    let known = counts.first { $0.cell == cell } ?? SurgeCount(cell: cell, requests: 0, supply: 0)
    let more = SurgeCount(
      cell: cell, requests: known.requests + (isDemand ? number : 0),
      supply: max(0, known.supply - (isDemand ? 0 : number)))
    return counts.filter { $0.cell != cell } + [more]
  }

  @Test("The order of the counts changes nothing")
  func order() {
    var town = SurgeTown(seed: 9)
    let plain = ticks(&town)
    #expect(SurgeTown.run(SurgePolicy(), plain) == SurgeTown.run(SurgePolicy(), plain.map { $0.reversed() }))
  }

  @Test("No count, however large or impossible, breaks anything")
  func wild() throws {
    let cell = try #require(SurgeTown(radius: 0, seed: 1).cells.first)
    var policy = SurgePolicy()
    policy.sensitivityPercent = 1_000
    policy.capTenths = 100
    let numbers = [Int.min, -1, 0, 1, 1_000_000_000, Int.max]
    for requests in numbers {
      for supply in numbers {
        for demand in numbers {
          let counts = cell.disk(radius: 1).map {
            SurgeCount(cell: $0, requests: requests, demandHundredths: demand, supply: supply)
          }
          let surfaces = SurgeTown.run(policy, [counts, counts])
          #expect(surfaces.allSatisfy { $0.zones.allSatisfy { (10...100).contains($0.tenths) } })
        }
      }
    }
  }

  @Test("Around a pentagon, and across it, the same holds")
  func pentagon() throws {
    let pentagon = try #require(HexCell("8808000001fffff"))
    try #require(pentagon.isPentagon)
    let counts = pentagon.disk(radius: 2).map { SurgeCount(cell: $0, requests: $0 == pentagon ? 90 : 0, supply: 2) }
    let surfaces = SurgeTown.run(SurgePolicy(), Array(repeating: counts, count: 12))
    let last = try #require(surfaces.last)
    #expect(last.tenths(pentagon) > 11)
    for zone in last.zones {
      for neighbor in zone.cell.neighbors {
        #expect(abs(zone.tenths - last.tenths(neighbor)) <= SurgePolicy().neighborTenths)
      }
    }
  }
}
