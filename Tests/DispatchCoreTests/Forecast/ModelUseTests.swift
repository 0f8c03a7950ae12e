import HexGrid
import Testing

@testable import DispatchCore

@Suite("Which model is in use")
struct ModelUseTests {
  private let none = ModelUse(region: Samples.region)

  @Test("The first version is live; the next makes it the former one; rolling back twice leads back")
  func activation() throws {
    #expect(none.live == nil && none.rolledBack() == nil && none.state(of: 1) == .idle)
    let first = none.activating(1)
    #expect(first.live == 1 && first.former == nil && first.rolledBack() == nil)
    let second = first.activating(2)
    #expect([1, 2, 3].map(second.state) == [.former, .live, .idle])
    // Again changes nothing.
    #expect(second.activating(2) == second)
    let back = try #require(second.rolledBack())
    #expect([1, 2].map(back.state) == [.live, .former])
    #expect(back.rolledBack() == second)
  }

  @Test("A candidate has a share from 1 to 99 beside a live version")
  func candidate() throws {
    // Where nothing is live there is nothing to try beside.
    #expect(none.trying(4, sharePercent: 20) == none.activating(4))
    let live = none.activating(1)
    let tried = live.trying(2, sharePercent: 20)
    #expect([1, 2].map(tried.state) == [.live, .candidate] && tried.candidateSharePercent == 20)
    #expect(tried.trying(2, sharePercent: 0) == live)
    #expect(tried.trying(1, sharePercent: 50) == live)
    #expect(tried.trying(3, sharePercent: 5).candidate == 3)
    let taken = tried.trying(2, sharePercent: 100)
    #expect(taken.live == 2 && taken.former == 1 && taken.candidate == nil && taken.candidateSharePercent == 0)
    #expect(try #require(tried.activating(3).rolledBack()).candidate == nil)
  }

  @Test("What contradicts itself is not taken over")
  func consistency() {
    func use(_ live: Int?, _ candidate: Int?, _ share: Int) -> ModelUse? {
      ModelUse(
        region: Samples.region, live: live, former: nil, candidate: candidate, sharePercent: share, revision: 1)
    }
    #expect(use(nil, nil, 0) != nil && use(1, 2, 99) != nil)
    #expect(use(1, nil, 5) == nil && use(1, 2, 0) == nil && use(1, 2, 100) == nil)
    #expect(use(1, 1, 5) == nil && use(nil, 2, 5) == nil)
  }

  @Test("A share of the zones is that share, always the same zones, and more of it only adds some")
  func share() throws {
    let center = try #require(Zone.cell(at: Samples.pickup))
    let zones = center.disk(radius: 20)
    try #require(zones.count > 1_000)
    var before: Set<HexCell> = []
    for percent in [0, 1, 10, 20, 50, 90, 100] {
      let chosen = Set(zones.filter { ModelUse.isOfCandidate($0, sharePercent: percent) })
      #expect(chosen.isSuperset(of: before))
      let share = Double(chosen.count) / Double(zones.count) * 100
      #expect(abs(share - Double(percent)) < 4, "\(percent) % became \(share) %")
      before = chosen
    }
  }

  @Test("A blend forecasts each zone as the model whose zone it is")
  func blend() throws {
    let places = 40
    let live = try ForecastTown.model(places: places, perInterval: 1)
    let other = try ForecastTown.model(
      days: ForecastTown.monday + 1..<ForecastTown.monday + 9, places: places, perInterval: 3)
    #expect(live.blended(with: other, sharePercent: 0) == live && live.blended(with: other, sharePercent: 100) == other)
    let blend = live.blended(with: other, sharePercent: 40)
    let start = ForecastTown.midnight(ForecastTown.monday + 12).advanced(bySeconds: 40_000)
    var ofOther = 0
    for number in 0..<places {
      let zone = try ForecastTown.zone(number)
      let isOther = ModelUse.isOfCandidate(zone, sharePercent: 40)
      ofOther += isOther ? 1 : 0
      let expected = (isOther ? other : live).requests.expected(in: zone, from: start, seconds: 1_800)
      #expect(abs(blend.requests.expected(in: zone, from: start, seconds: 1_800) - expected) < 0.05 * expected)
    }
    #expect(ofOther > 4 && ofOther < 30)
    #expect(blend.travelTime == live.travelTime && blend.sites.count == live.sites.count)
    // A blend is a model like any other.
    #expect(try CityModel(text: blend.text).requests.zones == blend.requests.zones)
    // One of another local time is not mixed in.
    let elsewhere = try #require(
      CityModel.trained(
        on: ForecastTown.trips(days: ForecastTown.monday..<ForecastTown.monday + 8),
        calendar: LocalCalendar(utcOffsetSeconds: 0)))
    #expect(live.blended(with: elsewhere, sharePercent: 50) == live)
  }
}

@Suite("When a trained model is taken")
struct TrainingRulesTests {
  private func trainer(days: Int, perInterval: Int = 2) -> CityModelTrainer {
    var trainer = CityModelTrainer(calendar: ForecastTown.calendar)
    for trip in ForecastTown.trips(days: ForecastTown.monday..<ForecastTown.monday + days, perInterval: perInterval) {
      trainer.add(trip)
    }
    return trainer
  }

  @Test("Too few requests and too few days are refused with their numbers")
  func little() {
    var rules = TrainingRules()
    #expect(throws: TrainingRules.Refusal.tooFewRequests(found: 576, needed: 2_000)) {
      try rules.check(trainer(days: 1))
    }
    rules.fewestRequests = 500
    #expect(throws: TrainingRules.Refusal.tooFewDays(found: 1, needed: 7)) { try rules.check(trainer(days: 1)) }
    #expect(throws: Never.self) { try rules.check(trainer(days: 7)) }
    #expect("\(TrainingRules.Refusal.tooFewDays(found: 1, needed: 7))" == "1 days on record, 7 are needed")
  }

  @Test("On the last full day, trained without it, a model is held against the live one")
  func trial() throws {
    let now = ForecastTown.midnight(ForecastTown.monday + 8).advanced(bySeconds: 3_600)
    let fresh = trainer(days: 8)
    let alone = try #require(fresh.trial(against: nil, at: now))
    #expect(alone.day == ForecastTown.monday + 7 && alone.live == nil && alone.devianceRatio == nil)
    #expect(throws: Never.self) { try TrainingRules().check(alone) }
    // Live is what expects three times as much: the new one is better.
    let against = try #require(fresh.trial(against: try ForecastTown.model(perInterval: 6), at: now))
    #expect(try #require(against.devianceRatio) < 1)
    // The other way round it is worse.
    var odd = trainer(days: 7, perInterval: 6)
    for trip in ForecastTown.trips(days: [ForecastTown.monday + 7], perInterval: 2) { odd.add(trip) }
    let worse = try #require(odd.trial(against: try ForecastTown.model(perInterval: 2), at: now))
    #expect(try #require(worse.devianceRatio) > 1.1)
    #expect(throws: TrainingRules.Refusal.self) { try TrainingRules().check(worse) }
    // The day that goes on is not looked at.
    let during = ForecastTown.midnight(ForecastTown.monday + 7).advanced(bySeconds: 80_000)
    #expect(fresh.trial(against: nil, at: during)?.day == ForecastTown.monday + 6)
    #expect(trainer(days: 1).trial(against: nil, at: during) == nil)
  }

  @Test("Rides that nobody came for are demand; only driven ones tell times and ends")
  func rides() throws {
    var trainer = CityModelTrainer(calendar: ForecastTown.calendar)
    for (number, trip) in ForecastTown.trips(days: ForecastTown.monday..<ForecastTown.monday + 8).enumerated() {
      let isServed = number % 3 != 0
      trainer.add(
        PastRide(
          ride: RideID(trusted: "r\(number)"), requestedAt: trip.pickupTime.advanced(bySeconds: -60),
          pickup: trip.pickup, dropoff: trip.dropoff, startedAt: isServed ? trip.pickupTime : nil,
          completedAt: isServed ? trip.dropoffTime : nil))
    }
    let all = trainer.requestCount
    let model = try #require(trainer.train())
    #expect(model.requests.trainedOn == all && model.travelTime.trainedOn == all * 2 / 3)
    #expect(model.dropoffs.trainedOn == all * 2 / 3)
  }
}
