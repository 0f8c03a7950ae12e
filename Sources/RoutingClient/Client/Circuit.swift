/// Leaves an engine alone for a while when it fails again and again. Pure: the moment is a parameter.
///
/// After so many failures in a row nobody is let through for a pause; then one request at a time probes, and its success lets
/// everybody through again.
struct Circuit: Sendable {
  /// How many failures in a row open it.
  let failures: Int
  /// How long it stays open, in nanoseconds.
  let pauseNanoseconds: Int64
  private var failed = 0
  /// Until when nobody is let through; nil where everybody is.
  private var openUntil: Int64?

  /// - Parameters:
  ///   - failures: how many failures in a row open it, at least 1.
  ///   - pauseNanoseconds: how long it stays open, above zero.
  init(failures: Int, pauseNanoseconds: Int64) {
    self.failures = failures
    self.pauseNanoseconds = pauseNanoseconds
  }

  /// Whether nobody is let through but probes.
  var isOpen: Bool { openUntil != nil }

  /// Asks to be let through.
  /// - Parameter now: the moment, in nanoseconds of a clock that only goes forward.
  mutating func admits(at now: Int64) -> Bool {
    guard let openUntil else { return true }
    guard now >= openUntil else { return false }
    // One probe; the next comes after a further pause unless this one succeeds.
    self.openUntil = now &+ pauseNanoseconds
    return true
  }

  mutating func succeeded() {
    failed = 0
    openUntil = nil
  }

  mutating func failed(at now: Int64) {
    failed = min(failed + 1, failures)
    if failed >= failures { openUntil = now &+ pauseNanoseconds }
  }
}
