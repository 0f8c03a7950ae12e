import DispatchCore
import HexGrid

/// A small town for tests of prices: zones around a middle, with counts that change by themselves.
struct SurgeTown {
  static let region = RegionID(trusted: "sf")
  static let start = Timestamp(unixMilliseconds: 1_212_735_600_000)

  let cells: [HexCell]
  var random: SeededRandom

  init(radius: Int = 4, seed: UInt64) {
    cells = Zone.cell(at: GeoPoint(latitude: 37.7749, longitude: -122.4194))?.disk(radius: radius).sorted() ?? []
    random = SeededRandom(seed: seed)
  }

  /// Counts in some of the zones, many here and few there.
  mutating func counts() -> [SurgeCount] {
    cells.compactMap { cell in
      guard random.below(3) > 0 else { return nil }
      let isHot = random.below(8) == 0
      return SurgeCount(cell: cell, requests: random.below(isHot ? 80 : 8), supply: random.below(isHot ? 6 : 12))
    }
  }

  /// Runs a model over ticks of a minute each; the surfaces, the first of which pays 1.0 everywhere.
  static func run(_ policy: SurgePolicy, _ ticks: [[SurgeCount]]) -> [SurgeSurface] {
    var surfaces: [SurgeSurface] = []
    for (index, counts) in ticks.enumerated() {
      surfaces.append(
        SurgeModel(policy).surface(
          of: region, counts: counts, after: surfaces.last, at: start.advanced(bySeconds: 60 * index)))
    }
    return surfaces
  }

  /// A policy drawn at random, within what its settings allow.
  mutating func policy() -> SurgePolicy {
    var policy = SurgePolicy()
    policy.sensitivityPercent = random.below(300)
    policy.capTenths = 10 + random.below(40)
    policy.stepTenths = 1 + random.below(6)
    policy.neighborTenths = 1 + random.below(8)
    policy.smoothingPercent = 1 + random.below(100)
    policy.hysteresisHundredths = random.below(5)
    policy.minimumRequests = 1 + random.below(8)
    policy.ownPercent = random.below(101)
    policy.ringPercent = random.below(101 - policy.ownPercent)
    return policy
  }
}

extension SurgeSurface {
  /// What a zone pays, in tenths.
  func tenths(_ cell: HexCell) -> Int { price(of: cell).zone.tenths }
}
