import HexGrid
import Testing

@testable import DispatchCore

@Suite("How busy a city is")
struct DemandLevelTests {
  private let noon = ForecastTown.midnight(ForecastTown.monday + 9).advanced(bySeconds: 43_200)

  /// A place so far from the first that it lies in another area.
  private let far = 6

  private func model(_ perInterval: Int = 20) throws -> DemandModel {
    let history = ForecastTown.history(days: ForecastTown.monday..<ForecastTown.monday + 8, places: far + 1) {
      place, _, _ in
      place == 0 || place == far ? perInterval : 0
    }
    return try #require(DemandTrainer().train(history))
  }

  private func counts(_ first: Int, _ second: Int) throws -> [HexCell: Int] {
    [try ForecastTown.zone(0): first, try ForecastTown.zone(far): second]
  }

  @Test("What is expected comes: the level is one")
  func usual() throws {
    let model = try model()
    let level = DemandLevel(recent: Array(repeating: try counts(20, 20), count: 4), model: model, until: noon)
    let here = try ForecastTown.zone(0)
    #expect(abs(level.city - 1) < 1e-3 && abs(level.factor(of: here) - 1) < 1e-3)
    #expect(DemandLevel.usual.city == 1 && DemandLevel(recent: [], model: model, until: noon).city == 1)
  }

  @Test("The latest quarter of an hour counts most, and areas differ from their city")
  func recent() throws {
    let model = try model()
    let (busy, quiet) = (try counts(40, 40), try counts(20, 20))
    let rising = DemandLevel(recent: [busy, quiet, quiet, quiet], model: model, until: noon)
    let falling = DemandLevel(recent: [quiet, quiet, quiet, busy], model: model, until: noon)
    #expect(rising.city > falling.city + 0.2 && falling.city > 1)
    let split = DemandLevel(recent: Array(repeating: try counts(40, 5), count: 4), model: model, until: noon)
    let areas = try [0, far].map { try ForecastTown.zone($0).parent(at: CityModel.areaResolution) }
    #expect(areas[0] != areas[1])
    #expect(split.factor(of: try ForecastTown.zone(0)) > split.city)
    #expect(split.factor(of: try ForecastTown.zone(far)) < split.city)
    // Elsewhere the city's level is all that is known.
    #expect(split.factor(of: try ForecastTown.zone(60)) == split.city)
  }

  @Test("Few requests say little, and broken counts are bounded")
  func bounds() throws {
    let quiet = try model(1)
    let level = DemandLevel(recent: [try counts(3, 0)], model: quiet, until: noon)
    #expect(level.city > 1 && level.city < 1.05)
    let flood = DemandLevel(recent: [try counts(1_000_000, -5)], model: quiet, until: noon)
    #expect(flood.city == 10)
    let silence = DemandLevel(
      recent: Array(repeating: [:], count: 9), model: try model(400), until: noon)
    #expect(silence.city == 0.1)
  }
}
