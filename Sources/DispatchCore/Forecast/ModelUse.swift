package import HexGrid

/// Which versions of a region's model are in use; it changes by compare-and-set on its revision.
package struct ModelUse: Sendable, Hashable {
  package var region: RegionID
  /// The version that forecasts; nil before the first.
  package private(set) var live: Int?
  /// The version that was live before, to roll back to.
  package private(set) var former: Int?
  /// The version that forecasts a share of the zones.
  package private(set) var candidate: Int?
  /// That share, in percent: 1 to 99 where there is a candidate, else 0.
  package private(set) var candidateSharePercent: Int
  /// Counts changes; 0 before the first.
  package var revision: Int

  /// What a version is to a region.
  package enum State: String, Sendable, CaseIterable {
    case live
    case former
    case candidate
    /// Kept, but not in use.
    case idle
  }

  /// Nothing is in use.
  package init(region: RegionID) {
    self.region = region
    candidateSharePercent = 0
    revision = 0
  }

  /// Takes over what was kept; nil where the parts contradict each other.
  package init?(region: RegionID, live: Int?, former: Int?, candidate: Int?, sharePercent: Int, revision: Int) {
    guard candidate == nil ? sharePercent == 0 : (1...99).contains(sharePercent) && candidate != live && live != nil
    else { return nil }
    self.region = region
    self.live = live
    self.former = former
    self.candidate = candidate
    candidateSharePercent = sharePercent
    self.revision = revision
  }

  /// What a version is.
  package func state(of number: Int) -> State {
    switch number {
    case live: .live
    case candidate: .candidate
    case former: .former
    default: .idle
    }
  }

  /// The use with a version as the live one; what was live becomes the former one, and there is no candidate any more.
  package func activating(_ number: Int) -> ModelUse {
    var use = self
    if live != number { use.former = live }
    use.live = number
    use.candidate = nil
    use.candidateSharePercent = 0
    return use
  }

  /// The use with a version that forecasts a share of the zones first.
  /// - Parameters:
  ///   - number: the version.
  ///   - sharePercent: 0 withdraws it, 100 makes it live, as does any share where nothing is live.
  package func trying(_ number: Int, sharePercent: Int) -> ModelUse {
    guard sharePercent < 100, let live else { return activating(number) }
    var use = self
    let isTried = sharePercent > 0 && number != live
    use.candidate = isTried ? number : nil
    use.candidateSharePercent = isTried ? sharePercent : 0
    return use
  }

  /// The use with the former version live again, and without a candidate; rolling back twice leads back.
  /// - Returns: nil where there is no former version.
  package func rolledBack() -> ModelUse? {
    former.map { activating($0) }
  }

  /// Whether the candidate forecasts a zone: the same zones each time, and those of a smaller share are among those of a larger one.
  package static func isOfCandidate(_ zone: HexCell, sharePercent: Int) -> Bool {
    var hash = FNV1a()
    for shift in stride(from: 0, to: 64, by: 8) { hash.combine(UInt8(truncatingIfNeeded: zone.rawValue >> shift)) }
    // The low bits of this hash hardly depend on the first bytes.
    return Int((hash.value ^ hash.value >> 32) % 100) < sharePercent
  }
}
