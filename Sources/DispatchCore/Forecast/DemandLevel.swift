/// How busy the city is compared with what its model expects, from the requests of the last while.
///
/// The ratio of requests seen to requests expected, pulled towards 1 by a prior worth some requests, so that a quiet hour says
/// little. A gamma prior on the rate of a Poisson process gives this mean.
package struct DemandLevel: Sendable, Hashable {
  /// The factor by which expectations are multiplied.
  package let factor: Double

  /// How far back requests are counted, in seconds.
  package static let windowSeconds = 3_600
  /// How many requests the prior is worth.
  package static let priorRequests = 50.0

  /// The level of a city that does what is expected.
  package static let usual = DemandLevel(seen: 0, expected: 0)

  /// Creates a level.
  /// - Parameters:
  ///   - seen: requests of the last while.
  ///   - expected: what the model expected for the same span.
  package init(seen: Int, expected: Double) {
    let expected = expected.isFinite ? max(expected, 0) : 0
    let ratio = (Double(max(seen, 0)) + Self.priorRequests) / (expected + Self.priorRequests)
    // A feast or an outage, but not a broken count.
    factor = min(max(ratio, 0.2), 5)
  }
}
