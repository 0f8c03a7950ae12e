import HexGrid
import Replay
import Testing

struct PingFileTests {
  @Test func numbersCabsAndFindsTheFirstPlace() throws {
    let text =
      "t,cab,lat,lon,occ\n20,b,37.5,-122.5,1\n10,a,37.1,-122.1,0\n5,b,37.2,-122.2,0\n30,a,37.9,-122.9,0\nx,a,1,1,0\n"
    let file = try PingFile.parse(file: "p", bytes: Array(text.utf8))
    #expect(file.cabs == ["b", "a"])
    #expect(file.pings.map(\.cab) == [0, 1, 0, 1])
    #expect(file.pings.map(\.occupied) == [true, false, false, false])
    #expect(file.firstPlaces().map(\.latitude) == [37.2, 37.1])
    #expect(file.rows.bad == 1)
  }

  @Test func keepsThousandsOfNamesApart() throws {
    var text = "t,cab,lat,lon\n"
    for round in 0..<2 {
      for cab in 0..<5_000 { text += "\(round),cab\(cab),37.5,-122.5\n" }
    }
    let file = try PingFile.parse(file: "p", bytes: Array(text.utf8))
    #expect(file.cabs.count == 5_000)
    #expect(file.pings[5_123].cab == 123)
  }

  @Test func tellsFleetsFromPings() throws {
    #expect(FleetFile.recognises(header: ["licence", "capacity", "start_time", "lon", "lat"]))
    #expect(!FleetFile.recognises(header: ["t", "cab", "lat", "lon", "occ"]))
    let text =
      "licence,capacity,start_time,lon,lat\n1,4,2013-11-18 15:00:00,-73.97,40.75\n1,4,2013-11-18 15:00:00,-73.9,40.7\n"
    let fleet = try FleetFile.parse(file: "f", bytes: Array(text.utf8))
    #expect(fleet.names == ["1"])
    #expect(fleet.rows.bad == 1)
    #expect(fleet.places.first?.longitude == -73.97)
  }
}
