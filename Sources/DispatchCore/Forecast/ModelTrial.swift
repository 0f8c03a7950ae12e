/// A new model beside the live one on the last full day, which the new one was not trained on for this.
package struct ModelTrial: Sendable, Hashable {
  /// Days from 1970-01-01 to the local day.
  package var day: Int
  /// How many requests came on it.
  package var requests: Int
  /// The errors of the new model, trained without that day and what came after it.
  package var new: ForecastErrors
  /// Those of the live model, which may have learned from that day; nil where nothing is live.
  package var live: ForecastErrors?

  /// How far ahead it is judged.
  package static let horizon = ForecastHorizon.halfHour

  /// The new model's deviance over the live one's; nil where there is nothing to compare with.
  package var devianceRatio: Double? {
    guard let live, live.poissonDeviance > 0 else { return nil }
    return new.poissonDeviance / live.poissonDeviance
  }
}

/// When a trained model is not taken.
package struct TrainingRules: Sendable, Hashable {
  /// From fewer requests nothing is learned.
  package var fewestRequests = 2_000
  /// From fewer watched days nothing is learned: each weekday once.
  package var fewestDays = 7
  /// A model whose deviance is this much larger than the live one's, as a ratio, is worse.
  package var worstDevianceRatio = 1.1

  package init() {}

  /// Why a model is not taken.
  package enum Refusal: Error, Sendable, Hashable, CustomStringConvertible {
    case tooFewRequests(found: Int, needed: Int)
    case tooFewDays(found: Int, needed: Int)
    case nothingLearned
    case worse(devianceRatio: Double, allowed: Double)

    package var description: String {
      switch self {
      case .tooFewRequests(let found, let needed): "\(found) requests on record, \(needed) are needed"
      case .tooFewDays(let found, let needed): "\(found) days on record, \(needed) are needed"
      case .nothingLearned: "no completed ride on record tells a travel time"
      case .worse(let ratio, let allowed):
        "on the last full day its deviance is \(Self.rounded(ratio)) times that of the live model, "
          + "up to \(Self.rounded(allowed)) is taken"
      }
    }

    private static func rounded(_ value: Double) -> Double { (value * 1_000).rounded() / 1_000 }
  }

  /// Checks that there is enough to learn from.
  package func check(_ trainer: CityModelTrainer) throws(Refusal) {
    guard trainer.requestCount >= fewestRequests else {
      throw .tooFewRequests(found: trainer.requestCount, needed: fewestRequests)
    }
    let days = trainer.recordedDays
    guard days.count >= fewestDays else { throw .tooFewDays(found: days.count, needed: fewestDays) }
  }

  /// Checks that a model is not much worse than the live one.
  package func check(_ trial: ModelTrial?) throws(Refusal) {
    guard let ratio = trial?.devianceRatio, ratio > worstDevianceRatio else { return }
    throw .worse(devianceRatio: ratio, allowed: worstDevianceRatio)
  }
}
