package import DispatchCore

/// Checks of the record against the invariants of the design.
package protocol StateAudit: Sendable {
  /// Looks for everything that must not be.
  /// - Parameter now: the present city time, for deadlines.
  func audit(at now: Timestamp) async throws -> AuditReport
}

/// What an audit found.
package struct AuditReport: Sendable {
  package var rides: Int
  package var ledgerEntries: Int
  package var violations: [Violation]

  package init(rides: Int, ledgerEntries: Int, violations: [Violation]) {
    self.rides = rides
    self.ledgerEntries = ledgerEntries
    self.violations = violations
  }
}
