import DispatchCore
import DispatchState
import FunctionKit
import HexGrid
import Testing

@Suite("forecast-demand")
struct ForecastDemandTests {
  private func city(everyMinutes: Int = 5) async throws -> City {
    let city = try await City(environment: ["FEWEST_REQUESTS": "1000"])
    try await city.live(days: 8, everyMinutes: everyMinutes)
    try await city.train()
    return city
  }

  private func cell(_ number: Int) throws -> String { try #require(Zone.cell(at: City.place(number))).description }

  @Test(
    "Each zone's expected requests with an interval, as GeoJSON, for three horizons", arguments: [900, 1_800, 3_600])
  func zones(horizon: Int) async throws {
    let city = try await city()
    let answer = try await city.call(
      "GET", "/v1/zones/forecast", query: ["horizon": "\(horizon)", "region": "sf"])
    #expect(answer.status == 200 && answer.contentType == "application/geo+json")
    #expect(answer["horizonSeconds"]?.integer == horizon)
    let region = answer["regions"]?[0]
    #expect(region?["region"]?.text == "sf" && region?["model"]?.text == "1")
    let features = answer["features"]?.items ?? []
    #expect(features.map { $0["id"]?.text } == (try (0..<3).map(cell).sorted()))
    for feature in features {
      let properties = feature["properties"]
      let expected = try #require(properties?["expected"]?.double)
      #expect(abs(expected - Double(horizon) / 300) < 0.15 * Double(horizon) / 300)
      let low = try #require(properties?["low"]?.integer)
      let high = try #require(properties?["high"]?.integer)
      #expect(Double(low) <= expected && expected <= Double(high))
      #expect(feature["geometry"]?["type"]?.text == "Polygon")
    }
    let sum = features.compactMap { $0["properties"]?["expected"]?.double }.reduce(0, +)
    #expect(abs(sum - (region?["expected"]?.double ?? 0)) < 0.01)
  }

  @Test("One zone at all horizons; one where nobody ever asked has none")
  func zone() async throws {
    let city = try await city()
    let answer = try await city.call("GET", "/v1/zones/\(try cell(1))/forecast")
    #expect(answer["cell"]?.text == (try cell(1)) && answer["region"]?.text == "sf")
    let horizons = answer["horizons"]?.items ?? []
    #expect(horizons.map { $0["horizonSeconds"]?.integer } == [900, 1_800, 3_600])
    let expected = horizons.compactMap { $0["expected"]?.double }
    #expect(zip(expected, expected.dropFirst()).allSatisfy { abs($1 / $0 - 2) < 0.2 })
    let nowhere = try #require(Zone.cell(at: GeoPoint(latitude: 37.5, longitude: -122.9))).description
    let none = try await city.call("GET", "/v1/zones/\(nowhere)/forecast")
    #expect((none["horizons"]?.items ?? []).map { $0["expected"]?.double } == [0, 0, 0])
    #expect((none["horizons"]?.items ?? []).map { $0["high"]?.integer } == [0, 0, 0])
  }

  @Test("More requests than usual raise the forecast; a server that has just begun takes silence for none")
  func level() async throws {
    func expected(_ city: City) async throws -> Double {
      let answer = try await city.call("GET", "/v1/zones/forecast", query: ["region": "sf"])
      return try #require(answer["regions"]?[0]?["expected"]?.double)
    }
    let city = try await city()
    let usual = try await expected(city)
    let busy = try await self.city()
    for number in 0..<40 {
      try await busy.keepRequest(at: busy.now.advanced(bySeconds: -20 * number - 7), place: number % 3)
    }
    #expect(try await expected(busy) > usual * 1.15)
    let late = try await self.city(everyMinutes: 2)
    let before = try await expected(late)
    late.wait(86_400)
    #expect(abs(try await expected(late) - before) < 0.1 * before)
  }

  @Test("Without a model there is no forecast, and what is asked must make sense")
  func refusals() async throws {
    let city = try await City()
    #expect(try await city.call("GET", "/v1/zones/forecast").summary == "404 noModel")
    #expect(try await city.call("GET", "/v1/zones/\(try cell(0))/forecast").summary == "404 noModel")
    let bad = [
      (["horizon": "60"], "400 outOfRange horizon"), (["horizon": "x"], "400 outOfRange horizon"),
      (["region": "atlantis"], "400 unknownRegion region"),
    ]
    for (query, summary) in bad {
      #expect(try await city.call("GET", "/v1/zones/forecast", query: query).summary == summary)
    }
    let coarse = try #require(HexCell(City.pickup, resolution: 7)).description
    for cell in [coarse, "nonsense"] {
      #expect(try await city.call("GET", "/v1/zones/\(cell)/forecast").summary == "400 badCell cell")
    }
  }
}
