import HexGrid
import Testing

@testable import DispatchCore

@Suite("Learning demand")
struct DemandTrainerTests {
  private let monday = ForecastTown.monday

  @Test("A steady rate is learned exactly, whatever the priors")
  func steady() throws {
    let history = ForecastTown.history(days: monday..<monday + 14, places: 2) { place, _, _ in place == 0 ? 3 : 1 }
    let model = try #require(DemandTrainer().train(history))
    #expect(model.trainedOn == 14 * 96 * 4 && model.zones.count == 2)
    for seconds in [0, 450, 900, 3_600, 86_400, 7 * 86_400] {
      let start = ForecastTown.midnight(monday + 20).advanced(bySeconds: 12_345)
      let quarters = Double(seconds) / 900
      let (busy, quiet) = (
        model.expected(in: try ForecastTown.zone(0), from: start, seconds: seconds),
        model.expected(in: try ForecastTown.zone(1), from: start, seconds: seconds)
      )
      #expect(abs(busy - 3 * quarters) < 0.001 * max(quarters, 1) && abs(quiet - quarters) < 0.001 * max(quarters, 1))
      #expect(abs(model.expectedTotal(from: start, seconds: seconds) - 4 * quarters) < 0.001 * max(quarters, 1))
    }
    #expect(model.expected(in: try ForecastTown.zone(7), from: ForecastTown.midnight(monday), seconds: 900) == 0)
    #expect(model.expectedTotal(from: ForecastTown.midnight(monday), seconds: -5) == 0)
  }

  @Test("Weekdays and hours differ as they did, and long spans are sums of short ones")
  func shape() throws {
    let history = ForecastTown.history(days: monday..<monday + 28, places: 1) { _, day, interval in
      let isWeekend = LocalCalendar.weekday(ofDay: day) >= 5
      return interval >= 72 ? (isWeekend ? 12 : 8) : 2
    }
    let model = try #require(DemandTrainer().train(history))
    func expected(_ day: Int, _ hour: Int) -> Double {
      model.expectedTotal(
        from: ForecastTown.midnight(monday + 28 + day).advanced(bySeconds: hour * 3_600), seconds: 3_600)
    }
    // Pulled together, but in the right order and near to what was.
    #expect(abs(expected(1, 20) - 32) < 4 && abs(expected(5, 20) - 48) < 7 && abs(expected(1, 9) - 8) < 0.5)
    let start = ForecastTown.midnight(monday + 30).advanced(bySeconds: 17 * 3_600 + 300)
    let parts = (0..<12).map { model.expectedTotal(from: start.advanced(bySeconds: $0 * 600), seconds: 600) }
    #expect(abs(parts.reduce(0, +) - model.expectedTotal(from: start, seconds: 7_200)) < 1e-6)
  }

  @Test("An odd day hardly counts, and late days count more than early ones")
  func days() throws {
    let holiday = monday + 14
    let history = ForecastTown.history(days: monday..<monday + 28, places: 1) { _, day, _ in day == holiday ? 4 : 10 }
    let weights = DayWeights(history, halfLifeDays: 14)
    #expect(abs(weights[Int32(monday + 27)] - 1) < 1e-9 && abs(weights[Int32(monday + 13)] - 0.5) < 1e-9)
    #expect(weights[Int32(holiday)] < 0.15 && weights[Int32(monday - 1)] == 0)
    let model = try #require(DemandTrainer().train(history))
    let expected = model.expectedTotal(from: ForecastTown.midnight(monday + 28), seconds: 900)
    #expect(expected > 9.7 && expected <= 10)
    // A city that has doubled is told more by its last week than by its first.
    let grown = ForecastTown.history(days: monday..<monday + 28, places: 1) { _, day, _ in day < monday + 14 ? 10 : 12 }
    let later = try #require(DemandTrainer().train(grown))
    #expect(later.expectedTotal(from: ForecastTown.midnight(monday + 28), seconds: 900) > 11.1)
  }

  @Test("Days in part count as far as they were watched; days without a count are left out")
  func gaps() throws {
    var history = DemandHistory(calendar: ForecastTown.calendar)
    // From noon of the first day to noon of the last, with a day missing.
    for day in [0, 1, 2, 4, 5, 6, 7] {
      for interval in 0..<96 where !(day == 0 && interval < 48) && !(day == 7 && interval >= 48) {
        ForecastTown.add(5, at: ForecastTown.place(0), day: monday + day, interval: interval, to: &history)
      }
    }
    #expect(history.recordedDays == [0, 1, 2, 4, 5, 6, 7].map { monday + $0 })
    let model = try #require(DemandTrainer().train(history))
    for hour in 0..<168 {
      let start = ForecastTown.midnight(monday + 14).advanced(bySeconds: hour * 3_600)
      #expect(abs(model.expectedTotal(from: start, seconds: 3_600) - 20) < 0.6, "hour \(hour)")
    }
  }

  @Test("Counts by zone teach the same as single requests; what makes no sense is left out")
  func counts() throws {
    var single = DemandHistory(calendar: ForecastTown.calendar)
    var counted = single
    for interval in 0..<96 {
      ForecastTown.add(4, at: ForecastTown.place(1), day: monday, interval: interval, to: &single)
      counted.add(
        4, in: try ForecastTown.zone(1), at: ForecastTown.midnight(monday).advanced(bySeconds: interval * 900))
    }
    counted.add(0, in: try ForecastTown.zone(1), at: ForecastTown.midnight(monday))
    counted.add(-3, in: try ForecastTown.zone(1), at: ForecastTown.midnight(monday))
    counted.add(3, in: try #require(ForecastTown.zone(1).parent(at: 6)), at: ForecastTown.midnight(monday))
    counted.add(pickup: GeoPoint(latitude: .nan, longitude: 0), at: ForecastTown.midnight(monday))
    #expect(counted.count == single.count)
    #expect(DemandTrainer().train(counted) == DemandTrainer().train(single))
    #expect(DemandTrainer().train(DemandHistory(calendar: ForecastTown.calendar)) == nil)
  }

  @Test("Extreme times trap nothing")
  func extremes() {
    var history = DemandHistory(calendar: ForecastTown.calendar)
    for time in [Int64.min, -1, 0, .max] {
      history.add(pickup: ForecastTown.place(0), at: Timestamp(unixMilliseconds: time))
    }
    _ = DemandTrainer().train(history)
    _ = history.recordedDays
  }
}
