import HexGrid
import Testing

@testable import DispatchCore

@Suite("How well forecasts did")
struct ForecastReviewTests {
  @Test("Errors are what they are called")
  func errors() {
    var errors = ForecastErrors()
    #expect(errors.meanAbsolute == 0 && errors.relative == 0 && errors.poissonDeviance == 0 && errors.bias == 0)
    errors.add([1, 4], [3, 2])
    errors.add([2, 0], [2, 0])
    #expect(errors.meanAbsolute == 1 && abs(errors.rootMeanSquare - 2.0.squareRoot()) < 1e-12)
    #expect(abs(errors.relative - 4.0 / 7) < 1e-12)
    // The two errors of the first span cancel out for the city.
    #expect(errors.relativeOfCity == 0 && errors.bias == 0)
    // 2 (3 ln 3 - 2) + 2 (2 ln 1/2 + 2), and a forecast of nought counts as a hundredth.
    #expect(abs(errors.poissonDeviance - (2.591_673_732 + 1.227_411_278 + 0.02) / 4) < 1e-8)
    errors.add([10], [0])
    #expect(abs(errors.bias - 10.0 / 7) < 1e-12 && abs(errors.relativeOfCity - 10.0 / 7) < 1e-12)
  }

  @Test("A day like all others is forecast without an error by all three", arguments: ForecastHorizon.allCases)
  func perfect(horizon: ForecastHorizon) throws {
    let day = ForecastTown.monday + 9
    let city = try ForecastTown.model(perInterval: 3)
    let requests = ForecastTown.trips(days: [day], perInterval: 3).map { ($0.pickup, $0.pickupTime) }
    let review = ForecastReview(city, requests: requests, horizon: horizon)
    let quarters = horizon.seconds / 900
    #expect(review.spans == 96 - quarters && review.zones == 3)
    #expect(review.requests == review.spans * 9 * quarters)
    for errors in [review.model, review.lastWeek, review.lastInterval] { #expect(errors.relative < 1e-3) }
    #expect(review.coverage.share == 1 && review.coverage.count == review.spans * 3 && review.cityCoverage.share == 1)
    #expect(review.zoneMoments.overdispersion == 0)
  }

  @Test("Each forecast is wrong in its own way")
  func wrong() throws {
    let day = ForecastTown.monday + 9
    let city = try ForecastTown.model(perInterval: 2)
    // Every other quarter of an hour brings nothing, the others four.
    let trips = ForecastTown.trips(days: [day], perInterval: 4).filter { trip in
      Int(trip.pickupTime.seconds(since: ForecastTown.midnight(day))) / 900 % 2 == 0
    }
    let review = ForecastReview(city, requests: trips.map { ($0.pickup, $0.pickupTime) })
    #expect(abs(review.lastInterval.meanAbsolute - 4) < 1e-9 && abs(review.lastWeek.meanAbsolute - 2) < 1e-9)
    #expect(review.model.meanAbsolute < 2.5 && review.model.meanAbsolute > 1.5)
    #expect(review.zoneMoments.overdispersion > 0.1)
    // Somewhere unheard of: a zone more, and errors for all.
    let far = trips + ForecastTown.trips(days: [day], places: 9).filter { $0.pickup == ForecastTown.place(7) }
    let wider = ForecastReview(city, requests: far.map { ($0.pickup, $0.pickupTime) })
    #expect(wider.zones == review.zones + 1 && wider.requests > review.requests)
  }

  @Test("Nothing, one request, and moments beyond any calendar are no review")
  func nothing() throws {
    let city = try ForecastTown.model()
    let here = ForecastTown.place(0)
    let moment = ForecastTown.midnight(ForecastTown.monday)
    for requests in [
      [], [(here, moment)],
      [
        (here, moment), (here, Timestamp(unixMilliseconds: .max)), (here, Timestamp(unixMilliseconds: .min)),
        (GeoPoint(latitude: .nan, longitude: 0), moment),
      ],
      [(here, Timestamp(unixMilliseconds: 0)), (here, Timestamp(unixMilliseconds: 1 << 50))],
    ] {
      let review = ForecastReview(city, requests: requests)
      #expect(review.spans == 0 && review.requests == 0 && review.model.meanAbsolute == 0)
    }
  }

  @Test("Scatter is learned from days that scatter")
  func spread() throws {
    var random = SeededRandom(seed: 3)
    func history(_ factor: (inout SeededRandom) -> Int) -> DemandHistory {
      ForecastTown.history(days: ForecastTown.monday..<ForecastTown.monday + 12, places: 2) { _, _, _ in
        factor(&random)
      }
    }
    let trainer = SpreadTrainer(trainer: DemandTrainer())
    #expect(trainer.train(history { _ in 10 }).zone.allSatisfy { $0 == 0 })
    // 2 or 18 with a mean of 10: a variance of 64 where 10 is chance, so an overdispersion of 0.54.
    let wild = trainer.train(history { $0.chance(0.5) ? 2 : 18 })
    #expect(abs(wild.zone[0] - 0.54) < 0.15)
    #expect(trainer.train(DemandHistory(calendar: ForecastTown.calendar)) == .usual)
  }
}
