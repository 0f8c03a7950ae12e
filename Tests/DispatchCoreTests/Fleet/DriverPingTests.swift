import DispatchCore
import HexGrid
import Testing

@Suite("Pings")
struct DriverPingTests {
  @Test("Of any two positions of a driver at most one replaces the other, and never itself")
  func order() {
    var random = SeededRandom(seed: 21)
    let pings = (0..<40).map { _ in
      DriverPing(
        driver: Samples.driver, time: Samples.at(random.below(3)),
        position: GeoPoint(latitude: 37 + Double(random.below(2)), longitude: -122 + Double(random.below(2))))
    }
    for left in pings {
      #expect(!left.supersedes(left))
      for right in pings where left != right {
        #expect(left.supersedes(right) != right.supersedes(left), "the order of arrival would matter")
        if left.time > right.time { #expect(left.supersedes(right)) }
        for third in pings where left.supersedes(right) && right.supersedes(third) {
          #expect(left.supersedes(third))
        }
      }
    }
  }

  @Test("Activities have the names that the stores keep")
  func names() {
    let activities: [DriverActivity] = [
      .offline, .idle, .offered(OfferID(trusted: "o1-1")), .busy(RideID(trusted: "r1")),
    ]
    #expect(activities.map(\.name) == ["offline", "idle", "offered", "busy"])
  }
}
