import HexGrid

/// Finds where within each zone the requests are made.
struct SiteTrainer {
  private struct Sum {
    var latitude = 0.0
    var longitude = 0.0
    var count = 0
  }

  /// A place with less of its zone's requests is left to its neighbours.
  private static let leastShare = 0.02
  private var sums: [HexCell: Sum] = [:]

  mutating func add(_ pickup: GeoPoint) {
    guard let cell = HexCell(pickup, resolution: DemandSite.resolution) else { return }
    sums[cell, default: Sum()].latitude += pickup.latitude
    sums[cell, default: Sum()].longitude += pickup.longitude
    sums[cell, default: Sum()].count += 1
  }

  /// The sites, ascending; the shares of a zone's sites sum up to 1.
  func sites() -> [DemandSite] {
    var zones: [HexCell: Int] = [:]
    for (cell, sum) in sums {
      if let zone = cell.parent(at: Zone.resolution) { zones[zone, default: 0] += sum.count }
    }
    func isKept(_ cell: HexCell, _ sum: Sum) -> Bool {
      guard let zone = cell.parent(at: Zone.resolution), let all = zones[zone] else { return false }
      return Double(sum.count) >= Self.leastShare * Double(all)
    }
    let kept = sums.filter { isKept($0.key, $0.value) }
    var keptOfZone: [HexCell: Int] = [:]
    for (cell, sum) in kept {
      if let zone = cell.parent(at: Zone.resolution) { keptOfZone[zone, default: 0] += sum.count }
    }
    return kept.keys.sorted().compactMap { cell in
      guard let sum = kept[cell], let zone = cell.parent(at: Zone.resolution), let all = keptOfZone[zone] else {
        return nil
      }
      let count = Double(sum.count)
      return DemandSite(
        cell: cell, position: GeoPoint(latitude: sum.latitude / count, longitude: sum.longitude / count),
        share: count / Double(all))
    }
  }
}
