import DispatchCore
import HexGrid

/// Prices to test with.
enum SurgeSamples {
  static let start = Timestamp(unixMilliseconds: 1_212_735_600_000)

  /// A surface in which no two numbers of a zone are the same.
  static func surface(
    _ region: RegionID = FleetSamples.region, version: Int64, after previous: Int64? = nil, zones count: Int = 20
  ) -> SurgeSurface {
    var policy = SurgePolicy()
    policy.capTenths = 31
    policy.forecastPercent = 12
    policy.windowSeconds = 432
    policy.staleSeconds = 77
    let tick = SurgeTick(
      version: version, previousVersion: previous, countedAt: start, validUntil: start.advanced(bySeconds: 77),
      policy: policy, requests: 1_234, demandHundredths: 120_050, supply: 56, city: 2_345_678)
    let middle = HexCell(GeoPoint(latitude: 37.7749, longitude: -122.4194), resolution: Zone.resolution)
    let cells = (middle?.disk(radius: 40) ?? []).prefix(count).sorted()
    return SurgeSurface(
      region: region, tick: tick, zones: cells.enumerated().map { zone($1, number: $0 + Int(version % 1_000)) })
  }

  private static func zone(_ cell: HexCell, number: Int) -> SurgeZone {
    var zone = SurgeZone(cell: cell)
    zone.tenths = 10 + number % 21
    zone.previousTenths = 10 + (number + 1) % 21
    zone.requests = number
    zone.demandHundredths = number * 100 + 1
    zone.supply = number + 2
    zone.ringRequests = number * 7
    zone.ringDemandHundredths = number * 700 + 3
    zone.ringSupply = number * 5 + 4
    zone.own = 1_000_000 + number
    zone.ring = 1_100_000 + number
    zone.blend = 1_200_000 + number
    zone.target = 1_300_000 + number
    zone.smoothed = 1_400_000 + number
    return zone
  }
}
