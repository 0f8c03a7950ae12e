import DispatchCore
import HexGrid
import Testing

@Suite("Prices of zones")
struct SurgeModelTests {
  private let middle = SurgeTown(radius: 0, seed: 1).cells

  /// Nothing but the formula: no ring, no city, no smoothing, no limit.
  private var bare: SurgePolicy {
    var policy = SurgePolicy()
    policy.ownPercent = 100
    policy.ringPercent = 0
    policy.smoothingPercent = 100
    policy.stepTenths = 90
    policy.neighborTenths = 90
    policy.capTenths = 100
    policy.hysteresisHundredths = 0
    return policy
  }

  private func tenths(_ policy: SurgePolicy, requests: Int, supply: Int, ticks: Int = 2) -> Int {
    let counts = middle.map { SurgeCount(cell: $0, requests: requests, supply: supply) }
    return SurgeTown.run(policy, Array(repeating: counts, count: ticks)).last?.tenths(middle[0]) ?? 0
  }

  @Test(
    "1 + a max(0, (D - S) / max(S, 1)), and 1.0 below four requests",
    arguments: [
      (requests: 8, supply: 4, tenths: 15), (8, 8, 10), (8, 20, 10), (12, 4, 20), (4, 0, 30), (3, 0, 10), (5, 4, 11),
      (30, 1, 100), (0, 0, 10),
    ])
  func formula(requests: Int, supply: Int, expected: Int) {
    #expect(tenths(bare, requests: requests, supply: supply) == expected)
  }

  @Test("A forecast is part of the demand, but raises no price where nobody asks")
  func forecast() throws {
    let cell = middle[0]
    func counts(_ requests: Int, _ expected: Double, percent: Int = 50) -> [SurgeCount] {
      SurgeCount.join(
        demand: [ZoneDemand(cell: cell, demand: requests, openRequests: 0, completed: 0)],
        supply: [ZoneSupply(cell: cell, supply: 9, idle: 4)], expected: [cell: expected], forecastPercent: percent)
    }
    #expect(counts(4, 12.5).map(\.demandHundredths) == [825])
    #expect(counts(4, 12.5, percent: 0).map(\.demandHundredths) == [400])
    for wild in [Double.nan, .infinity, -1, 1e300] { #expect(counts(4, wild).count == 1) }
    func price(_ counts: [SurgeCount]) -> Int { SurgeTown.run(bare, [counts, counts]).last?.tenths(cell) ?? 0 }
    #expect(price(counts(4, 20)) == 20)
    #expect(price(counts(3, 1_000)) == 10)
  }

  @Test("Whoever waits since before the window counts too; drivers who are not free do not")
  func joining() {
    let counts = SurgeCount.join(
      demand: [ZoneDemand(cell: middle[0], demand: 2, openRequests: 5, completed: 9)],
      supply: [ZoneSupply(cell: middle[0], supply: 7, idle: 3)])
    #expect(counts == [SurgeCount(cell: middle[0], requests: 5, supply: 3)])
  }

  @Test("The first tick pays 1.0, and so does one after a stale surface or a clock put back")
  func beginnings() throws {
    let counts = middle.map { SurgeCount(cell: $0, requests: 40, supply: 1) }
    let surfaces = SurgeTown.run(SurgePolicy(), [counts, counts, counts])
    #expect(surfaces.map { $0.tenths(middle[0]) }.first == 10)
    let last = try #require(surfaces.last)
    #expect(last.tenths(middle[0]) > 10)
    #expect(last.tick.previousVersion == surfaces[1].tick.version)
    for seconds in [-3_600, 300] {
      let time = last.tick.countedAt.advanced(bySeconds: seconds)
      #expect(!last.tick.isFresh(at: time))
      #expect(last.price(of: middle[0]).tenths(at: time) == 10)
      let next = SurgeModel().surface(of: SurgeTown.region, counts: counts, after: last, at: time)
      #expect(next.tenths(middle[0]) == 10)
      #expect(next.tick.previousVersion == nil)
    }
    #expect(last.price(of: middle[0]).tenths(at: last.tick.validUntil.advanced(byMilliseconds: -1)) > 10)
  }

  @Test("A cap of 1.0 turns surge off, at once")
  func off() {
    var policy = SurgePolicy()
    #expect(tenths(policy, requests: 90, supply: 1, ticks: 9) > 15)
    policy.capTenths = 10
    let counts = middle.map { SurgeCount(cell: $0, requests: 90, supply: 1) }
    let high = SurgeTown.run(SurgePolicy(), Array(repeating: counts, count: 9)).last
    let next = SurgeModel(policy).surface(
      of: SurgeTown.region, counts: counts, after: high, at: SurgeTown.start.advanced(bySeconds: 540))
    #expect(next.zones.allSatisfy { $0.tenths == 10 })
  }

  @Test("Values that tremble about the middle of two tenths keep the price where it is")
  func noFlicker() {
    var policy = bare
    policy.hysteresisHundredths = 2
    policy.sensitivityPercent = 1
    // 100 + x requests for 10 drivers: a hundredth of the multiplier for every ten requests.
    let cell = middle[0]
    func value(_ hundredths: Int) -> [SurgeCount] {
      [SurgeCount(cell: cell, requests: 10 + hundredths * 10, supply: 10)]
    }
    let trembling = [0, 0] + (0..<40).map { [14, 16, 15, 13, 17][$0 % 5] }
    let prices = SurgeTown.run(policy, trembling.map(value)).dropFirst(3).map { $0.tenths(cell) }
    #expect(Set(prices).count == 1)
    // A value that has left for good is followed, and back.
    #expect(SurgeTown.run(policy, [0, 14, 18].map(value)).last?.tenths(cell) == 12)
    #expect(SurgeTown.run(policy, [0, 18, 14].map(value)).last?.tenths(cell) == 12)
    #expect(SurgeTown.run(policy, [0, 18, 12].map(value)).last?.tenths(cell) == 11)
  }

  @Test("After the rush prices come down to 1.0 and the zone is forgotten")
  func decay() throws {
    let rush = middle.map { SurgeCount(cell: $0, requests: 40, supply: 1) }
    let surfaces = SurgeTown.run(
      SurgePolicy(), Array(repeating: rush, count: 10) + Array(repeating: [], count: 60))
    #expect(surfaces[9].tenths(middle[0]) > 12)
    #expect(surfaces.last?.zones.isEmpty == true)
  }

  @Test("A surface finds each of its zones, and any other pays 1.0")
  func lookUp() throws {
    var town = SurgeTown(seed: 5)
    let ticks = (0..<6).map { _ in town.counts() }
    let surface = try #require(SurgeTown.run(SurgePolicy(), ticks).last)
    for zone in surface.zones { #expect(surface.price(of: zone.cell).zone == zone) }
    #expect(zip(surface.zones, surface.zones.dropFirst()).allSatisfy { $0.cell < $1.cell })
    let far = try #require(Zone.cell(at: GeoPoint(latitude: 0, longitude: 0)))
    #expect(surface.price(of: far).zone == SurgeZone(cell: far))
  }
}
