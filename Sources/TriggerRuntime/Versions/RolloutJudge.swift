package import FunctionKit

/// Says whether a version does as well as the stable one.
package struct RolloutJudge: Sendable {
  /// What the events of a window say.
  package enum Verdict: Equatable, Sendable {
    /// Too few events to say anything.
    case unknown
    case good
    /// Worse, and why, for people.
    case bad(String)
  }

  private let plan: RolloutSpecification

  package init(_ plan: RolloutSpecification) {
    self.plan = plan
  }

  /// Judges a version by its events and the stable one's in the same window.
  ///
  /// A version is worse where its share of failures is above the stable one's by more than the limit and by more than two standard errors
  /// of the difference (as of two binomial shares), so that few events and bad luck condemn nobody.
  /// - Parameters:
  ///   - candidate: what the version did.
  ///   - stable: what the stable version did; nothing where all traffic is on the candidate: then it counts as free of failures.
  package func verdict(_ candidate: VersionTally, stable: VersionTally) -> Verdict {
    guard candidate.events >= Int64(plan.minEvents) else { return .unknown }
    let (share, base) = (candidate.failureShare, stable.failureShare)
    let variance =
      share * (1 - share) / Double(candidate.events)
      + (stable.events > 0 ? base * (1 - base) / Double(stable.events) : 0)
    let excess = share - base
    if excess * 100 > plan.maxFailureExcess, excess > 2 * variance.squareRoot() {
      return .bad(
        "\(Self.percent(share)) of \(candidate.events) events failed, of the stable version's \(Self.percent(base))")
    }
    guard let p99 = candidate.p99Nanoseconds else { return .good }
    if let limit = plan.maxLatency, p99 > Double(limit.wholeNanoseconds) {
      return .bad("its 99th percentile is \(Self.milliseconds(p99)), above the limit of \(limit)")
    }
    if let factor = plan.maxLatencyFactor, stable.events >= Int64(plan.minEvents), let other = stable.p99Nanoseconds,
      p99 > other * factor
    {
      return .bad("its 99th percentile is \(Self.milliseconds(p99)), the stable version's \(Self.milliseconds(other))")
    }
    return .good
  }

  private static func percent(_ share: Double) -> String { "\((share * 1_000).rounded() / 10) %" }
  private static func milliseconds(_ nanoseconds: Double) -> String { "\((nanoseconds / 10_000).rounded() / 100) ms" }
}
