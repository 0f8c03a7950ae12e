import DispatchAPI
import DispatchCore
import FunctionKit
import HexGrid
import Testing

@Suite("Views")
struct ViewsTests {
  private func members(_ write: (inout JSONWriter) -> Void) throws -> [String: JSONValue] {
    guard case .object(let members) = try JSONValue(parsing: JSONWriter.bytes(write)) else { return [:] }
    return members
  }

  @Test("A ride shows every field that the interface names")
  func ride() throws {
    let ride = try Samples.accepted().ride
    let requested = try Samples.ride()
    let shown = try members { $0.ride(ride) }
    for name in [
      "rideId", "state", "version", "rider", "driver", "region", "vehicleClass", "pickup", "dropoff", "fare", "quoteId",
      "requestedAt", "acceptedAt", "arrivedAt", "startedAt", "completedAt", "endedAt", "pickupETASeconds",
    ] {
      #expect(shown[name] != nil, "\(name)")
    }
    #expect(
      shown["pickup"] == .object(["latitude": .number(.double(37.7749)), "longitude": .number(.double(-122.4194))]))
    #expect(try members { $0.ride(requested) }["driver"] == .null)
  }

  @Test("A quote's fare is the sum of the lines that it shows; surge is a decimal")
  func quote() throws {
    let lines: [FareBreakdown.Line] = [.init(name: "base", minorUnits: 350), .init(name: "distance", minorUnits: 975)]
    let quote = Quote(
      id: QuoteID(trusted: "q1"), rider: Samples.rider, region: RegionID(trusted: "sf"), vehicleClass: .large,
      pickup: Samples.pickup, dropoff: Samples.pickup, breakdown: FareBreakdown(lines: lines, currency: .usd),
      distanceMeters: 4_120, durationSeconds: 610, surgeTenths: 13, tariff: TariffID(trusted: "sf-large-1"),
      createdAt: Samples.start, expiresAt: Samples.at(600))
    let shown = try members { $0.quote(quote) }
    #expect(shown["fare"] == .object(["minorUnits": .number(.integer(1_325)), "currency": .string("USD")]))
    #expect(shown["surge"] == .number(.double(1.3)))
    #expect(shown["vehicleClass"] == .string("large"))
    #expect(shown["expiresAt"] == .string("2008-06-06T07:10:00.000Z"))
  }

  @Test("Anyone on shift is online, whatever they do")
  func status() throws {
    let activities: [(DriverActivity, String, String)] = [
      (.offline, "offline", "offline"), (.idle, "online", "idle"),
      (.offered(OfferID(trusted: "o1-1")), "online", "offered"), (.busy(RideID(trusted: "r1")), "online", "busy"),
    ]
    for (activity, status, name) in activities {
      let shown = try members {
        $0.status(
          DriverStatus(
            driver: Samples.driver, region: RegionID(trusted: "sf"), vehicleClass: .standard, activity: activity,
            version: 1, since: Samples.start))
      }
      #expect(shown["status"] == .string(status) && shown["activity"] == .string(name))
    }
  }
}
