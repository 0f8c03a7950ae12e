import DispatchCore
import HexGrid
import Testing

@Suite("Regions")
struct RegionMapTests {
  private let sf = GeoPoint(latitude: 37.77, longitude: -122.41)
  private let nyc = GeoPoint(latitude: 40.73, longitude: -73.99)

  @Test("A ride is served where one region has both ends")
  func rides() {
    let map = RegionMap.standard
    #expect(map.region(from: sf, to: sf)?.id.text == "sf")
    #expect(map.region(from: nyc, to: nyc)?.id.text == "nyc")
    #expect(map.region(from: sf, to: nyc) == nil)
    #expect(map.region(from: sf, to: GeoPoint(latitude: 0, longitude: 0)) == nil)
    #expect(map.region(RegionID(trusted: "nyc"))?.id.text == "nyc")
    #expect(map.region(RegionID(trusted: "lon")) == nil)
    #expect(RegionMap([]) == nil)
  }

  @Test("A driver belongs to the region that holds the position, else to the nearest")
  func fleets() {
    let map = RegionMap.standard
    #expect(map.fleetRegion(at: nyc).id.text == "nyc")
    #expect(map.fleetRegion(at: sf).id.text == "sf")
    #expect(map.fleetRegion(at: GeoPoint(latitude: 47.6, longitude: -122.3)).id.text == "sf")
    #expect(map.fleetRegion(at: GeoPoint(latitude: 51.5, longitude: -0.1)).id.text == "nyc")
    #expect(map.fleetRegion(at: GeoPoint(latitude: 42.36, longitude: -71.06)).id.text == "nyc")
  }

  @Test("Bounds include their border and cross the antimeridian")
  func bounds() {
    let fiji = GeoBounds(south: -20, west: 176, north: -15, east: -178)
    for longitude in [176, 179.9, 180, -180, -179, -178] as [Double] {
      #expect(fiji.contains(GeoPoint(latitude: -17, longitude: longitude)), "\(longitude)")
    }
    for longitude in [175.9, -177.9, 0] as [Double] {
      #expect(!fiji.contains(GeoPoint(latitude: -17, longitude: longitude)), "\(longitude)")
    }
    #expect(!fiji.contains(GeoPoint(latitude: -14.9, longitude: 180)))
    #expect(fiji.center == GeoPoint(latitude: -17.5, longitude: 179))
    #expect(GeoBounds(south: 0, west: 178, north: 2, east: -174).center == GeoPoint(latitude: 1, longitude: -178))
    #expect(GeoBounds(south: 10, west: -20, north: 20, east: 40).center == GeoPoint(latitude: 15, longitude: 10))
    #expect(!fiji.contains(GeoPoint(latitude: .nan, longitude: 180)))
  }

  @Test("The nearest region is found across the antimeridian")
  func nearestAcross() throws {
    let map = try #require(
      RegionMap([
        Region(id: RegionID(trusted: "fiji"), bounds: GeoBounds(south: -20, west: 176, north: -15, east: -178)),
        Region(id: RegionID(trusted: "sydney"), bounds: GeoBounds(south: -35, west: 150, north: -33, east: 152)),
      ]))
    #expect(map.fleetRegion(at: GeoPoint(latitude: -17, longitude: -170)).id.text == "fiji")
    #expect(map.fleetRegion(at: GeoPoint(latitude: -30, longitude: 153)).id.text == "sydney")
    #expect(
      map.region(from: GeoPoint(latitude: -17, longitude: 179), to: GeoPoint(latitude: -17, longitude: -179)) != nil)
  }
}
