import HexGrid

/// The places where requests come from, on a plane, with what lies near each: made once per model.
struct SiteMap: Sendable {
  /// A place near another.
  struct Neighbor: Sendable {
    var site: Int32
    var meters: Float
  }

  let plane: FlatEarth
  let positions: [GeoPoint]
  let places: [FlatEarth.Point]
  /// Each site's zone, as an index into the model's zones, and its part of that zone's requests.
  let zones: [Int32]
  let shares: [Double]
  /// The areas that have sites, ascending, and each site's.
  let areas: [HexCell]
  let areaOfSite: [Int32]
  /// The sites near site `s`, itself included, are `neighbors[neighborStart[s]..<neighborStart[s + 1]]`.
  let neighborStart: [Int32]
  let neighbors: [Neighbor]

  /// Creates a map.
  /// - Parameters:
  ///   - model: the city.
  ///   - reach: what counts as near, in metres.
  init(_ model: CityModel, reach: Double) {
    let sites = model.sites.filter { site in
      site.cell.parent(at: Zone.resolution).flatMap { model.requests.index(of: $0) } != nil
    }
    let plane = FlatEarth(around: sites.first?.position ?? GeoPoint(latitude: 0, longitude: 0))
    self.plane = plane
    positions = sites.map(\.position)
    places = sites.map { plane.project($0.position) }
    zones = sites.map { site in
      Int32(site.cell.parent(at: Zone.resolution).flatMap { model.requests.index(of: $0) } ?? 0)
    }
    shares = sites.map(\.share)
    let areaCells = sites.map { $0.cell.parent(at: CityModel.areaResolution) ?? $0.cell }
    areas = Set(areaCells).sorted()
    var indexOfArea: [HexCell: Int32] = [:]
    for (index, area) in areas.enumerated() { indexOfArea[area] = Int32(index) }
    areaOfSite = areaCells.map { indexOfArea[$0] ?? 0 }
    var start: [Int32] = [0]
    var near: [Neighbor] = []
    for place in places {
      for (index, other) in places.enumerated() {
        let squared = place.squaredDistance(to: other)
        if squared < reach * reach {
          near.append(Neighbor(site: Int32(index), meters: Float(squared.squareRoot())))
        }
      }
      start.append(Int32(near.count))
    }
    neighborStart = start
    neighbors = near
  }
}
