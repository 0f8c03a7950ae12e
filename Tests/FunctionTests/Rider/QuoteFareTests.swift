import DispatchAPI
import DispatchCore
import DispatchState
import FunctionKit
import HexGrid
import Testing

@Suite("quote-fare")
struct QuoteFareTests {
  private func body(
    _ rider: String = "r-1", pickup: String = City.json(City.pickup), dropoff: String = City.json(City.dropoff),
    more: String = ""
  ) -> String {
    #"{"rider":"\#(rider)","pickup":\#(pickup),"dropoff":\#(dropoff)\#(more)}"#
  }

  @Test("A quote shows its price line by line, the way, the time and when it ends")
  func happy() async throws {
    let city = try await City()
    let answer = try await city.call("POST", "/v1/quotes", body(more: #","vehicleClass":"premium""#), as: .rider("r-1"))
    #expect(answer.status == 201 && answer.contentType == "application/json")
    let lines = answer["lines"]?.items ?? []
    #expect(lines.count >= 3)
    #expect(lines.reduce(0) { $0 + ($1["minorUnits"]?.integer ?? 0) } == answer["fare"]?["minorUnits"]?.integer)
    #expect(answer["fare"]?["currency"]?.text == "USD" && answer["surge"]?.double == 1)
    #expect(answer["tariff"]?.text == "sf-premium-1" && answer["expiresAt"]?.text == "2008-06-06T07:10:00.000Z")
    let crow = City.pickup.distanceMeters(to: City.dropoff)
    #expect(answer["distanceMeters"]?.integer == Int((crow * 1.3).rounded()))
    #expect(answer["durationSeconds"]?.integer == Int((crow / 5).rounded(.up)))
    let premium = try #require(answer["fare"]?["minorUnits"]?.integer)
    let standard = try await city.call("POST", "/v1/quotes", body())
    #expect(try #require(standard["fare"]?["minorUnits"]?.integer) < premium)
    #expect(standard["quoteId"] != answer["quoteId"])
  }

  @Test("Roads that are known make distance and time, and with them the price")
  func roads() async throws {
    let straight = try await City().call("POST", "/v1/quotes", body())
    let city = try await City(travelTimes: KnownRoads(estimate: DriveEstimate(seconds: 899.2, meters: 7_654.4)))
    let answer = try await city.call("POST", "/v1/quotes", body())
    #expect(answer["distanceMeters"]?.integer == 7_654 && answer["durationSeconds"]?.integer == 900)
    #expect(answer["fare"]?["minorUnits"]?.integer != straight["fare"]?["minorUnits"]?.integer)
    let unknown = try await City(travelTimes: KnownRoads(estimate: nil)).call("POST", "/v1/quotes", body())
    #expect(unknown["distanceMeters"] == straight["distanceMeters"])
    #expect(unknown["durationSeconds"] == straight["durationSeconds"])
  }

  @Test("The region's model tells the time once there is one")
  func model() async throws {
    let city = try await City()
    let trips = (0..<50).map { index in
      CompletedTrip(
        pickup: City.pickup, dropoff: City.dropoff, pickupTime: City.start.advanced(bySeconds: -index * 600),
        dropoffTime: City.start.advanced(bySeconds: -index * 600 + 1_200))
    }
    let model = try #require(CityModel.trained(on: trips, calendar: LocalCalendar(utcOffsetSeconds: -25_200)))
    let before = try await city.call("POST", "/v1/quotes", body())
    city.held.put(LiveModel(version: "1", city: model), for: City.region)
    let answer = try await city.call("POST", "/v1/quotes", body())
    let seconds = try #require(answer["durationSeconds"]?.integer)
    #expect(abs(seconds - 1_200) < 60 && seconds != before["durationSeconds"]?.integer)
    #expect(answer["distanceMeters"] == before["distanceMeters"])
  }

  @Test(
    "What is wrong is named",
    arguments: [
      (#"{"pickup":{},"dropoff":{}}"#, "400 missingField rider"),
      (#"{"rider":"r 1","pickup":{},"dropoff":{}}"#, "400 badID rider"),
      (#"{"rider":"r-1"}"#, "400 missingField pickup"),
      (#"{"rider":"r-1","pickup":{"latitude":37.7,"longitude":-122.4}}"#, "400 missingField dropoff"),
      (#"{"rider":"r-1","pickup":{"latitude":1e999,"longitude":0}}"#, "422 latitudeOutOfRange pickup.latitude"),
      (
        #"{"rider":"r-1","pickup":{"latitude":37.7,"longitude":-122.4},"dropoff":{"latitude":37.7,"longitude":"w"}}"#,
        "400 wrongType dropoff.longitude"
      ),
      (
        #"{"rider":"r-1","pickup":{"latitude":37.7,"longitude":-122.4},"dropoff":{"latitude":40.7,"longitude":-74}}"#,
        "422 outsideServiceArea pickup"
      ),
      (
        #"{"rider":"r-1","pickup":{"latitude":0,"longitude":0},"dropoff":{"latitude":0,"longitude":0}}"#,
        "422 outsideServiceArea pickup"
      ),
      ("", "400 missingField rider"), ("[1]", "400 wrongType"), ("{", "400 malformedJSON"),
    ])
  func errors(body: String, expected: String) async throws {
    let city = try await City()
    #expect(try await city.call("POST", "/v1/quotes", body).summary == expected)
  }

  @Test("A class is known or refused, a caller is the rider or refused, a key is visible ASCII or refused")
  func rules() async throws {
    let city = try await City()
    let odd = try await city.call("POST", "/v1/quotes", body(more: #","vehicleClass":"boat""#))
    #expect(odd.summary == "400 unknownVehicleClass vehicleClass")
    #expect(try await city.call("POST", "/v1/quotes", body(), as: .rider("r-2")).summary == "403 notYou")
    let key = try await city.call("POST", "/v1/quotes", body(), headers: [("idempotency-key", "a b")])
    #expect(key.summary == "400 badIdempotencyKey Idempotency-Key")
  }

  @Test("A region without a price for the class says so")
  func noTariff() async throws {
    let bare = try await City(hasTariffs: false)
    #expect(try await bare.call("POST", "/v1/quotes", body()).summary == "422 noTariff vehicleClass")
  }

  @Test("The same key with the same body answers the first quote again; keys are per rider; another body is refused")
  func idempotency() async throws {
    let city = try await City()
    func ask(_ body: String, _ key: String = "k1") async throws -> Answer {
      try await city.call("POST", "/v1/quotes", body, headers: [("idempotency-key", key)])
    }
    let first = try await ask(body())
    #expect(first.status == 201 && first.header("idempotent-replayed") == nil)
    city.wait(30)
    let again = try await ask(body())
    #expect(again.status == 201 && again.bytes == first.bytes && again.header("idempotent-replayed") == "true")
    let other = try await ask(body(dropoff: City.json(City.pickup)))
    #expect(other.summary == "422 idempotencyKeyReused Idempotency-Key")
    #expect(try await ask(body("r-2"))["quoteId"] != first["quoteId"])
    #expect(try await ask(body(), "k2")["quoteId"] != first["quoteId"])
  }
}

/// Every drive is the same one.
private struct KnownRoads: TravelTimes {
  let estimate: DriveEstimate?
  var knowsRoads: Bool { true }

  func estimates(for queries: [DriveQuery], at time: Timestamp, in region: RegionID) async throws -> [[DriveEstimate?]]
  {
    queries.map { $0.origins.map { _ in estimate } }
  }
}
