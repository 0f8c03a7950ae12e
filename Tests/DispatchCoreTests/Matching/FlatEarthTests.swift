import HexGrid
import Testing

@testable import DispatchCore

@Suite("Flat earth")
struct FlatEarthTests {
  @Test(
    "Within a city it agrees with the globe to a part in a thousand", arguments: [-60.0, -37, 0, 1, 37.77, 51.5, 60])
  func likeHaversine(latitude: Double) {
    var random = SeededRandom(seed: UInt64(latitude + 100))
    let origin = GeoPoint(latitude: latitude, longitude: -122.41)
    let plane = FlatEarth(around: origin)
    for _ in 0..<500 {
      func near() -> GeoPoint {
        GeoPoint(
          latitude: latitude + .random(in: -0.05...0.05, using: &random),
          longitude: -122.41 + .random(in: -0.05...0.05, using: &random))
      }
      let (here, there) = (near(), near())
      let flat = plane.project(here).squaredDistance(to: plane.project(there)).squareRoot()
      let round = here.distanceMeters(to: there)
      #expect(abs(flat - round) <= 0.002 * round + 0.01, "\(here) \(there)")
    }
  }

  @Test("Neighbours across the antimeridian are near")
  func antimeridian() {
    for longitude in [179.99, -179.99] {
      let plane = FlatEarth(around: GeoPoint(latitude: -17, longitude: longitude))
      let other = GeoPoint(latitude: -17, longitude: -longitude)
      let meters = plane.project(other).squaredDistance(
        to: plane.project(GeoPoint(latitude: -17, longitude: longitude))
      ).squareRoot()
      #expect(abs(meters - GeoPoint(latitude: -17, longitude: longitude).distanceMeters(to: other)) < 5)
    }
  }
}
