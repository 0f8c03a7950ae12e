package import DispatchCore
package import DispatchState
internal import PostgresClient

extension PostgresRecord: StateAudit {
  /// How long an audit of everything may take.
  static let auditDeadline = Duration.seconds(600)

  package func audit(at now: Timestamp) async throws -> AuditReport {
    try await perform {
      let calls = AuditStatement.all.map { item in
        let limit: [PostgresValue] =
          switch item.deadline {
          case .none: []
          case .grace: [.time(now.advanced(bySeconds: -RecordAudit.graceSeconds))]
          case .settlement: [.time(now.advanced(bySeconds: -RecordAudit.settlementSeconds))]
          }
        return PostgresCall(item.statement, limit)
      }
      // One snapshot for all, so a change between two checks is no violation.
      let answers = try await pool.transaction(
        isolation: .repeatableRead, isReadOnly: true, deadline: Self.auditDeadline
      ) { transaction in
        try await transaction.queries([PostgresCall(AuditStatement.counts)] + calls)
      }
      guard let counts = answers.first?.first else { throw StateError.corrupt("an audit without an answer") }
      var violations: [Violation] = []
      for (item, rows) in zip(AuditStatement.all, answers.dropFirst()) {
        violations += try rows.map { row in
          Violation(invariant: item.invariant, subject: try row.text(0), detail: try row.text(1))
        }
      }
      return AuditReport(
        rides: try counts.int(0, as: Int.self), ledgerEntries: try counts.int(1, as: Int.self),
        violations: violations.sorted { ($0.invariant, $0.subject) < ($1.invariant, $1.subject) })
    }
  }
}
