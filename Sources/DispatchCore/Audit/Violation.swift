/// An invariant that does not hold.
package struct Violation: Sendable, Hashable {
  /// Which invariant, in a word, for example `oneActiveRidePerDriver`.
  package var invariant: String
  /// What breaks it: the id of a ride, driver, entry or zone.
  package var subject: String
  /// What was found and what was expected.
  package var detail: String

  package init(invariant: String, subject: String, detail: String) {
    self.invariant = invariant
    self.subject = subject
    self.detail = detail
  }
}
