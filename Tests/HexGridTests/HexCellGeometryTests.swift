import HexGrid
import Testing

@Suite("Centres and outlines")
struct HexCellGeometryTests {
  @Test("Centres and corners of hexagons, of all pentagons and of cells across edges of the icosahedron")
  func outlines() throws {
    var file = try VectorFile("outlines.bin")
    var differences = Differences()
    var bent = 0
    while !file.isAtEnd {
      let cell = try #require(HexCell(rawValue: file.read()))
      let center = GeoPoint(latitude: file.readDouble(), longitude: file.readDouble())
      differences.check(isSame(cell.center, center), "centre of \(cell): \(cell.center) \(center)")
      let corners = (0..<file.read(UInt8.self)).map { _ in
        GeoPoint(latitude: file.readDouble(), longitude: file.readDouble())
      }
      let boundary = cell.boundary
      if corners.count > 6 { bent += 1 }
      differences.check(
        boundary.count == corners.count && zip(boundary, corners).allSatisfy(isSame),
        "corners of \(cell): \(boundary) \(corners)")
      differences.check(
        HexCell(cell.center, resolution: cell.resolution) == cell, "the centre of \(cell) lies elsewhere")
    }
    #expect(differences.count == 0, "\(differences)")
    #expect(differences.checked > 6_000)
    #expect(bent > 200)
  }

  /// Within 1e-9 degrees, on the ground rather than by coordinate where H3's arc sine is inexact at the poles.
  private func isSame(_ a: GeoPoint, _ b: GeoPoint) -> Bool {
    guard abs(b.latitude) < 89.99 else { return a.distanceMeters(to: b) < 0.1 }
    let turn = abs(a.longitude - b.longitude)
    return abs(a.latitude - b.latitude) < 1e-9 && min(turn, abs(turn - 360)) < 1e-9
  }

  @Test("Average sizes agree with the area of a sphere divided by the number of cells")
  func averages() throws {
    let sphere = 4 * Double.pi * GeoPoint.earthRadiusMeters * GeoPoint.earthRadiusMeters
    var power = 1.0
    for resolution in 0...15 {
      let area = try #require(HexCell.averageAreaSquareMeters(at: resolution))
      let edge = try #require(HexCell.averageEdgeLengthMeters(at: resolution))
      // Pentagons are smaller than hexagons, so the two differ most at resolution 0.
      #expect(abs(area * (2 + 120 * power) / sphere - 1) < 0.05)
      #expect(abs(area / (edge * edge * 3 * 3.0.squareRoot() / 2) - 1) < 0.1)
      power *= 7
    }
    #expect(HexCell.averageAreaSquareMeters(at: 16) == nil)
    #expect(HexCell.averageEdgeLengthMeters(at: -1) == nil)
  }
}
