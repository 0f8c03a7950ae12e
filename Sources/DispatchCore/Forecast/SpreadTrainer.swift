/// Learns how far requests scatter around forecasts: each of the latest days is forecast by a model of those before.
struct SpreadTrainer: Sendable {
  /// How many days are held out, one after the other.
  static let mostDays = 7
  /// A model of fewer days is not taken as an example.
  static let fewestDays = 4

  let trainer: DemandTrainer

  func train(_ history: DemandHistory) -> ForecastSpread {
    let days = history.recordedDays
    guard days.count > Self.fewestDays else { return .usual }
    let horizons = ForecastHorizon.allCases
    var zone = Array(repeating: ForecastReview.Moments(), count: horizons.count)
    var city = zone
    for day in days.dropFirst(Self.fewestDays).suffix(Self.mostDays) {
      guard let model = trainer.train(history.before(day: day)) else { continue }
      let counts = IntervalCounts(model, history, day: day)
      for (index, horizon) in horizons.enumerated() {
        let review = ForecastReview(model, lastWeek: nil, spread: .usual, counts: counts, horizon: horizon)
        zone[index].add(review.zoneMoments)
        city[index].add(review.cityMoments)
      }
    }
    return ForecastSpread(zone: zone.map(\.overdispersion), city: city.map(\.overdispersion)) ?? .usual
  }
}
