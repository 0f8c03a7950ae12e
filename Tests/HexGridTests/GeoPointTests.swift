import HexGrid
import Testing

@Suite("GeoPoint")
struct GeoPointTests {
  @Test("A degree of latitude is 111.195 km on H3's sphere")
  func degreeOfLatitude() {
    let distance = GeoPoint(latitude: 10, longitude: 20).distanceMeters(to: GeoPoint(latitude: 11, longitude: 20))
    #expect(abs(distance - 111_195.052) < 0.1)
  }

  @Test("Antipodes are half the circumference apart, and a point is at distance zero from itself")
  func extremes() {
    let point = GeoPoint(latitude: 12.5, longitude: 45)
    let distance = point.distanceMeters(to: GeoPoint(latitude: -12.5, longitude: -135))
    #expect(abs(distance - GeoPoint.earthRadiusMeters * Double.pi) < 1)
    #expect(point.distanceMeters(to: point) == 0)
  }

  @Test(
    "Coordinates from outside are checked",
    arguments: [(91.0, 0.0), (0.0, 181.0), (-90.1, 0.0), (.nan, 0.0), (0.0, .nan), (.infinity, 0.0), (0.0, -.infinity)])
  func refused(latitude: Double, longitude: Double) {
    #expect(GeoPoint(validatingLatitude: latitude, longitude: longitude) == nil)
  }

  @Test("The limits themselves are coordinates")
  func limits() {
    #expect(GeoPoint(validatingLatitude: 90, longitude: -180) != nil)
    #expect(GeoPoint(validatingLatitude: -90, longitude: 180) != nil)
  }
}
