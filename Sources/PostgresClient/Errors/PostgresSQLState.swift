/// The five characters with which PostgreSQL classifies an error, from appendix A of its manual.
package struct PostgresSQLState: Hashable, Sendable, CustomStringConvertible, ExpressibleByStringLiteral {
  /// The five characters.
  package let description: String

  /// Wraps five characters as they came from the server.
  package init(_ description: String) { self.description = description }

  /// Wraps five characters.
  package init(stringLiteral value: String) { description = value }

  /// 23505: a unique constraint.
  package static let uniqueViolation: PostgresSQLState = "23505"
  /// 23P01: an exclusion constraint.
  package static let exclusionViolation: PostgresSQLState = "23P01"
  /// 23503: a foreign key.
  package static let foreignKeyViolation: PostgresSQLState = "23503"
  /// 23514: a check constraint.
  package static let checkViolation: PostgresSQLState = "23514"
  /// 23502: NULL in a column that forbids it.
  package static let notNullViolation: PostgresSQLState = "23502"
  /// 40001: the transaction must be tried again.
  package static let serializationFailure: PostgresSQLState = "40001"
  /// 40P01: chosen as the victim of a deadlock.
  package static let deadlockDetected: PostgresSQLState = "40P01"
  /// 57014: cancelled on request.
  package static let queryCanceled: PostgresSQLState = "57014"
  /// 55P03: `NOWAIT` or `lock_timeout`.
  package static let lockNotAvailable: PostgresSQLState = "55P03"
  /// 42P01: no such table.
  package static let undefinedTable: PostgresSQLState = "42P01"
  /// 42601: a syntax error.
  package static let syntaxError: PostgresSQLState = "42601"
  /// 0A000: among others, "cached plan must not change result type".
  package static let featureNotSupported: PostgresSQLState = "0A000"
  /// 26000: a prepared statement is gone.
  package static let invalidStatementName: PostgresSQLState = "26000"
  /// 25P02: an earlier statement failed and the transaction waits for its end.
  package static let inFailedTransaction: PostgresSQLState = "25P02"

  /// Whether the transaction as a whole should be tried again.
  package var asksForRetry: Bool { self == .serializationFailure || self == .deadlockDetected }

  /// Whether the same call may succeed a little later: retry requests, lost connections (class 08), a server without
  /// resources (53) and one that starts or stops (57P).
  package var isTransient: Bool {
    asksForRetry || self == .lockNotAvailable || description.hasPrefix("08") || description.hasPrefix("53")
      || description.hasPrefix("57P")
  }
}
