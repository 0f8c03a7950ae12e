import DispatchCore
import DispatchState
import FunctionKit
import HexGrid
import Testing

@Suite("price-zones and zone-price")
struct PriceZonesTests {
  private let cell = (Zone.cell(at: City.pickup)?.description) ?? ""

  private func price(_ city: City, _ cell: String? = nil, query: [String: String] = [:]) async throws -> Answer {
    try await city.call("GET", "/v1/zones/\(cell ?? self.cell)/price", query: query)
  }

  @Test("Many riders and few drivers raise the price step by step, and the answer says why")
  func shortage() async throws {
    let city = try await City.short(riders: 12, drivers: 2)
    try await city.priceZones()
    #expect(try await price(city)["surge"]?.double == 1)
    var before = 1.0
    for _ in 0..<8 {
      city.wait(60)
      try await city.priceZones()
      let surge = try #require(try await price(city)["surge"]?.double)
      #expect(surge >= before && surge <= before + 0.201)
      before = surge
    }
    #expect(before >= 1.5)
    let answer = try await price(city)
    #expect(answer["state"]?.text == "inForce")
    let own = try #require(answer["parts"]?["own"])
    #expect(own["requests"]?.integer == 12 && own["supply"]?.integer == 2 && own["value"]?.double == 2.5)
    let reason = try #require(answer["reason"]?.text)
    for part in ["12 requests and 2 free drivers here make 2.50", "weighted 50, 35 and 15 %", "2.5 is the cap"] {
      #expect(reason.contains(part), "\(reason)")
    }
    // Half an hour later nobody asks any more, and the price has come down again.
    for _ in 0..<30 {
      city.wait(60)
      try await city.expire()
      try await city.priceZones()
    }
    #expect(try await price(city)["surge"]?.double == 1)
  }

  @Test("Drivers enough, or riders too few, leave the price at 1.0")
  func balance() async throws {
    for (riders, drivers) in [(12, 12), (3, 1)] {
      let city = try await City.short(riders: riders, drivers: drivers)
      for _ in 0..<5 {
        try await city.priceZones()
        city.wait(60)
      }
      #expect(try await price(city)["surge"]?.double == 1)
      if riders == 3 { #expect(try await price(city)["reason"]?.text?.contains("fewer than the 4") == true) }
    }
  }

  @Test("A price is stale when its ticks end, and none where there were none")
  func staleness() async throws {
    let city = try await City.short(riders: 12, drivers: 2)
    #expect(try await price(city)["state"]?.text == "none")
    try await city.raisePrices()
    #expect(try await price(city)["surge"]?.double ?? 0 > 1)
    city.wait(179)
    #expect(try await price(city)["state"]?.text == "inForce")
    city.wait(1)
    let stale = try await price(city)
    #expect(stale["state"]?.text == "stale" && stale["surge"]?.double == 1)
    #expect(stale["reason"]?.text?.contains("good for 180 s") == true)
  }

  @Test("Where the fleet is not known, or nobody is on shift, nothing is priced")
  func unknownFleet() async throws {
    let city = try await City()
    for rider in 0..<12 { _ = try await city.request("r-\(rider)") }
    try await city.priceZones()
    #expect(try await price(city)["state"]?.text == "none")
    _ = try await city.follower.catchUp(City.region)
    try await city.priceZones()
    #expect(try await price(city)["state"]?.text == "none")
    try await city.online("cab-1")
    try await city.priceZones()
    #expect(try await price(city)["state"]?.text == "inForce")
  }

  @Test("Another region has its own prices; a zone outside all of them, or of another resolution, is refused")
  func regions() async throws {
    let city = try await City.short(riders: 12, drivers: 2)
    try await city.raisePrices()
    #expect(try await price(city, query: ["region": "nyc"])["state"]?.text == "none")
    #expect(try await price(city, query: ["region": "sf"])["state"]?.text == "inForce")
    #expect(try await price(city, query: ["region": "la"]).summary == "400 unknownRegion region")
    let ocean = try #require(HexCell(GeoPoint(latitude: 0, longitude: 0), resolution: 8))
    #expect(try await price(city, ocean.description).summary == "422 outsideServiceArea cell")
    for resolution in [7, 9] {
      let other = try #require(HexCell(City.pickup, resolution: resolution))
      #expect(try await price(city, other.description).summary == "400 badCell cell")
    }
    #expect(try await price(city, "nonsense").summary == "400 badCell cell")
  }

  @Test("The load of zones shows their surge; a coarser cell, the highest within")
  func load() async throws {
    let city = try await City.short(riders: 12, drivers: 2)
    try await city.raisePrices()
    let surge = try #require(try await price(city)["surge"]?.double)
    for resolution in [8, 6] {
      let wanted = try #require(HexCell(City.pickup, resolution: resolution)).description
      let load = try await city.call("GET", "/v1/zones/load", query: ["resolution": "\(resolution)"])
      let feature = load["features"]?.items.first { $0["id"]?.text == wanted }
      #expect(feature?["properties"]?["surge"]?.double == surge)
    }
    city.wait(180)
    let load = try await city.call("GET", "/v1/zones/load")
    #expect(load["features"]?.items.allSatisfy { $0["properties"]?["surge"]?.double == 1 } == true)
  }

  @Test("Settings out of range, and weights that are more than all, are refused at start")
  func settings() async throws {
    for (name, value) in [("CAP_TENTHS", "9"), ("OWN_PERCENT", "70"), ("HYSTERESIS_HUNDREDTHS", "5")] {
      let city = try await City(environment: [name: value])
      await #expect(throws: SetupError.self) { try await city.priceZones() }
    }
  }

  @Test("A live forecast takes its part in the demand where it is asked to")
  func forecast() async throws {
    let trips = (0..<2_000).map { index in
      let time = City.start.advanced(bySeconds: -7 * 86_400 * (1 + index % 3) + index % 600)
      return CompletedTrip(
        pickup: City.pickup, dropoff: City.dropoff, pickupTime: time, dropoffTime: time.advanced(bySeconds: 600))
    }
    let model = try #require(CityModel.trained(on: trips, calendar: LocalCalendar(utcOffsetSeconds: -25_200)))
    var surges: [Double] = []
    for percent in [0, 50] {
      let city = try await City.short(riders: 5, drivers: 5, environment: ["FORECAST_PERCENT": "\(percent)"])
      city.held.put(LiveModel(version: "1", city: model), for: City.region)
      try await city.raisePrices()
      let answer = try await price(city)
      surges.append(try #require(answer["surge"]?.double))
      #expect(answer["reason"]?.text?.contains("forecast") == (percent > 0))
    }
    #expect(surges[0] == 1 && surges[1] > 1)
  }
}
