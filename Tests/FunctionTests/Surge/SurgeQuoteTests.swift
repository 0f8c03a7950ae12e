import DispatchCore
import DispatchState
import FunctionKit
import HexGrid
import Testing

@Suite("Surge in quotes and charges")
struct SurgeQuoteTests {
  private func quote(_ city: City, _ rider: String = "r-q", from pickup: GeoPoint = City.pickup) async throws -> Answer
  {
    let body = #"{"rider":"\#(rider)","pickup":\#(City.json(pickup)),"dropoff":\#(City.json(City.dropoff))}"#
    let answer = try await city.call("POST", "/v1/quotes", body)
    try #require(answer.status == 201, "\(answer.summary)")
    return answer
  }

  private func lines(_ answer: Answer) -> [String: Int] {
    let items = answer["lines"]?.items ?? []
    return Dictionary(
      items.map { ($0["name"]?.text ?? "", $0["minorUnits"]?.integer ?? -1) }, uniquingKeysWith: { $0 + $1 })
  }

  @Test("A quote freezes the zone's surge as a line of its own, with the version it came from")
  func frozen() async throws {
    let city = try await City.short(riders: 12, drivers: 2)
    let plain = try await quote(city)
    #expect(plain["surge"]?.double == 1 && plain["surgeVersion"] == .null)
    try await city.raisePrices()
    let surged = try await quote(city, "r-s")
    let surge = try #require(surged["surge"]?.double)
    #expect(surge > 1)
    #expect(surged["surgeVersion"]?.integer == Int(city.now.unixMilliseconds))
    let (before, after) = (lines(plain), lines(surged))
    let sum = before.values.reduce(0, +)
    let tenths = Int((surge * 10).rounded())
    #expect(after["surge"] == (sum * (tenths - 10) + 5) / 10)
    #expect(after.filter { $0.key != "surge" } == before)
    #expect(surged["fare"]?["minorUnits"]?.integer == after.values.reduce(0, +))
    // Elsewhere nothing is short.
    let far = GeoPoint(latitude: 37.9, longitude: -122.3)
    #expect(try await quote(city, "r-far", from: far)["surge"]?.double == 1)
  }

  @Test("What was quoted is charged and shared out, whatever becomes of the price; the books balance")
  func settled() async throws {
    let city = try await City.short(riders: 12, drivers: 2)
    try await city.raisePrices()
    let central = try await quote(city, "r-c")
    #expect(central["surge"]?.double ?? 0 > 1)
    let fare = try #require(central["fare"]?["minorUnits"]?.integer)
    let id = try #require(central["quoteId"]?.text)
    // The rush is over, and the prices are gone.
    city.wait(300)
    #expect(try await quote(city, "r-d")["surge"]?.double == 1)
    for index in 0..<12 {
      let rides = try await city.record.rides(.init(rider: RiderID(trusted: "r-\(index)")), after: nil, limit: 1)
      for ride in rides { try await city.cancel(ride.id.text, rider: "r-\(index)") }
    }
    let asked = try await city.call("POST", "/v1/rides", #"{"rider":"r-c","quoteId":"\#(id)"}"#)
    let ride = try #require(asked["rideId"]?.text, "\(asked.summary)")
    for driver in ["cab-0", "cab-1"] { try await city.ping(driver) }
    try await city.match()
    let offer = try await city.offer(of: ride)
    try await city.accept(offer)
    for step in ["arrive", "start", "complete"] { try await city.step(step, ride, offer.driver.text) }
    _ = try await city.settle(ride)
    let charged = try await city.call("GET", "/v1/rides/\(ride)/fare")
    #expect(charged["lines"] == central["lines"])
    let settlement = try #require(try await city.record.settlement(of: RideID(trusted: ride)))
    #expect(settlement.charge.total.minorUnits == Int64(fare))
    #expect(settlement.payoutMinorUnits + settlement.commissionMinorUnits == Int64(fare))
    #expect(settlement.entries.allSatisfy { $0.postings.reduce(0) { $0 + $1.minorUnits } == 0 })
    try await city.audit()
  }

  @Test("With a cap of 1.0 every fare is what it is without prices, to the byte")
  func off() async throws {
    let never = try await City.short(riders: 12, drivers: 2)
    never.wait(240)
    let off = try await City.short(riders: 12, drivers: 2, environment: ["CAP_TENTHS": "10"])
    try await off.raisePrices()
    #expect(off.now == never.now)
    for vehicle in VehicleClass.allCases {
      let body =
        #"{"rider":"r-\#(vehicle.name)","pickup":\#(City.json(City.pickup)),"#
        + #""dropoff":\#(City.json(City.dropoff)),"vehicleClass":"\#(vehicle.name)"}"#
      let one = try await never.call("POST", "/v1/quotes", body)
      let other = try await off.call("POST", "/v1/quotes", body)
      #expect(one["lines"] == other["lines"] && one["fare"] == other["fare"] && one["surge"] == other["surge"])
    }
  }

  @Test("A store of prices that is away costs no rider the quote")
  func storeAway() async throws {
    let city = try await City(surge: AwayStore())
    let answer = try await quote(city)
    #expect(answer["surge"]?.double == 1 && answer["surgeVersion"] == .null)
  }

  @Test("The same key answers the first quote again, with the surge of then")
  func idempotent() async throws {
    let city = try await City.short(riders: 12, drivers: 2)
    let body =
      #"{"rider":"r-k","pickup":\#(City.json(City.pickup)),"dropoff":\#(City.json(City.dropoff))}"#
    let first = try await city.call("POST", "/v1/quotes", body, headers: [("idempotency-key", "k")])
    try await city.raisePrices()
    let again = try await city.call("POST", "/v1/quotes", body, headers: [("idempotency-key", "k")])
    #expect(again.bytes == first.bytes)
  }
}

/// Prices in a store that does not answer.
private struct AwayStore: SurgeStore {
  func surge(in region: RegionID) async throws -> SurgeSurface? { throw StateError.unavailable("away") }

  func price(of cell: HexCell, in region: RegionID) async throws -> SurgePrice? { throw StateError.unavailable("away") }

  func publish(_ surface: SurgeSurface, replacing version: Int64?) async throws -> Bool {
    throw StateError.unavailable("away")
  }
}
