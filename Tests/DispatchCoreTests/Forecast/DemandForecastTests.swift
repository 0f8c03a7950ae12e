import HexGrid
import Testing

@testable import DispatchCore

@Suite("Forecasts")
struct DemandForecastTests {
  private let start = ForecastTown.midnight(ForecastTown.monday + 9).advanced(bySeconds: 36_000)

  @Test("At the usual level a forecast is the model's expectation, with an interval around it")
  func usual() throws {
    let city = try ForecastTown.model(perInterval: 6)
    for horizon in ForecastHorizon.allCases {
      let forecast = DemandForecast(city, level: .usual, from: start, horizon: horizon)
      let expected = city.requests.expected(from: start, seconds: horizon.seconds)
      #expect(forecast.zones.map(\.cell) == city.requests.zones)
      for (zone, expected) in zip(forecast.zones, expected) {
        #expect(abs(zone.expectation.requests - expected) < 1e-9)
        #expect(zone.expectation.interval == city.spread.zoneInterval(expected, horizon))
        #expect(zone.expectation.interval.contains(Int(expected)))
        #expect(forecast.expectation(of: zone.cell) == zone.expectation)
      }
      #expect(abs(forecast.region.requests - expected.reduce(0, +)) < 1e-9)
      #expect(forecast.expectation(of: try ForecastTown.zone(50)).requests == 0)
      #expect(forecast.expectation(of: try ForecastTown.zone(50)).interval == 0...0)
    }
  }

  @Test("A busy quarter of an hour lifts what comes next, less so an hour later")
  func level() throws {
    let city = try ForecastTown.model(perInterval: 20)
    var seen: [HexCell: Int] = [:]
    for number in 0..<3 { seen[try ForecastTown.zone(number)] = 40 }
    let level = DemandLevel(recent: Array(repeating: seen, count: 4), model: city.requests, until: start)
    func lift(_ horizon: ForecastHorizon) -> Double {
      DemandForecast(city, level: level, from: start, horizon: horizon).region.requests
        / DemandForecast(city, level: .usual, from: start, horizon: horizon).region.requests
    }
    #expect(lift(.quarterHour) > lift(.halfHour) && lift(.halfHour) > lift(.hour) && lift(.hour) > 1.2)
  }

  @Test("Overdispersions are kept between 0 and 10")
  func spread() {
    #expect(ForecastSpread(zone: [0, 1, 10], city: [0, 0, 0]) != nil)
    #expect(ForecastSpread(zone: [0, 1], city: [0, 0, 0]) == nil)
    #expect(ForecastSpread(zone: [0, 1, 10.5], city: [0, 0, 0]) == nil)
    #expect(ForecastSpread(zone: [0, 1, .nan], city: [0, 0, 0]) == nil)
    #expect(ForecastSpread.usual.zoneInterval(0, .hour) == 0...0)
  }
}
