import HexGrid

/// A map of requests against free drivers, one hexagon per zone.
struct DemandMap {
  let series: SimulationSeries
  let title: String

  private static let width = 900.0
  private static let margin = 60.0

  /// The map as SVG.
  var text: String {
    let samples = Double(max(series.samples.count, 1))
    let cells = Set(series.demand.keys).union(series.idle.keys).sorted()
    let hexagons = Self.middle(of: cells, demand: series.demand)
    let corners = hexagons.flatMap(\.boundary)
    guard let south = corners.map(\.latitude).min(), let north = corners.map(\.latitude).max(),
      let west = corners.map(\.longitude).min(), let east = corners.map(\.longitude).max(), east > west
    else { return SVGDocument(width: Self.width, height: 80).text }
    // On a small part of the globe a degree of longitude is shorter than one of latitude by nearly the same everywhere.
    let shrink =
      GeoPoint(latitude: south, longitude: west).distanceMeters(to: GeoPoint(latitude: south, longitude: east))
      / max(
        GeoPoint(latitude: south, longitude: west).distanceMeters(to: GeoPoint(latitude: north, longitude: west)), 1)
    let plotWidth = Self.width - 20
    let plotHeight = min(plotWidth / max(shrink, 0.05), 1_400)
    var svg = SVGDocument(width: Self.width, height: plotHeight + Self.margin + 20)
    svg.label(12, 22, title, size: 15)
    for (index, step) in Self.steps.enumerated() {
      svg.rectangle(12 + Double(index) * 170, 34, width: 12, height: 12, color: step.color)
      svg.label(30 + Double(index) * 170, 44, step.title)
    }
    func place(_ point: GeoPoint) -> (x: Double, y: Double) {
      (
        10 + (point.longitude - west) / (east - west) * plotWidth,
        Self.margin + (north - point.latitude) / (north - south) * plotHeight
      )
    }
    let citywide = Double(series.idle.values.reduce(0, +)) / samples / Double(max(series.demand.values.reduce(0, +), 1))
    for cell in hexagons {
      let demand = Double(series.demand[cell] ?? 0)
      let idle = Double(series.idle[cell] ?? 0) / samples
      let ratio = demand > 0 ? idle / demand / max(citywide, 1e-9) : .infinity
      let step = Self.steps.first { ratio < $0.below } ?? Self.steps[Self.steps.count - 1]
      svg.polygon(
        cell.boundary.map(place), color: step.color,
        title: "\(cell): \(Int(demand)) requests, \(FixedPoint.text(idle, decimals: 1)) free drivers")
    }
    return svg.text
  }

  /// Free drivers per request, against the whole city's.
  private static let steps: [(below: Double, color: String, title: String)] = [
    (0.33, "#b2182b", "far too few drivers"), (0.75, "#ef8a62", "too few"), (1.33, "#dddddd", "as the city"),
    (3, "#67a9cf", "more than needed"), (.infinity, "#2166ac", "far more than needed"),
  ]

  /// The cells without those far out, where hardly anybody asks.
  private static func middle(of cells: [HexCell], demand: [HexCell: Int]) -> [HexCell] {
    let total = demand.values.reduce(0, +)
    var counted = 0
    var kept: [HexCell] = []
    for cell in cells.sorted(by: { (demand[$0] ?? 0, $1) > (demand[$1] ?? 0, $0) }) {
      if Double(counted) > Double(total) * 0.985 { break }
      counted += demand[cell] ?? 0
      kept.append(cell)
    }
    return kept
  }
}
