/// Why a call to PostgreSQL failed.
///
/// `description` never holds data: no parameter, row or server detail, so it may go into a log. `String(reflecting:)`
/// holds everything.
package struct PostgresError: Error, Sendable {
  /// What kind of failure it was. New kinds may be added, so a `switch` needs a default.
  package struct Code: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    /// The connection broke; see `isUnsureWhetherCommitted`.
    package static let connectionLost = Code(description: "connectionLost")
    /// No connection could be made before the deadline.
    package static let connectFailed = Code(description: "connectFailed")
    /// The deadline passed; see `isUnsureWhetherCommitted`.
    package static let timeout = Code(description: "timeout")
    /// The calling task was cancelled; see `isUnsureWhetherCommitted`.
    package static let cancelled = Code(description: "cancelled")
    /// The server refused; `sqlState` tells why.
    package static let server = Code(description: "server")
    /// A column is missing, `NULL` or of another type than asked for.
    package static let decoding = Code(description: "decoding")
    /// A parameter cannot be sent, such as text with a zero byte.
    package static let invalidParameter = Code(description: "invalidParameter")
    /// All connections were busy for the whole acquire timeout, or too many callers were waiting already.
    package static let poolExhausted = Code(description: "poolExhausted")
    /// The pool is shutting down.
    package static let poolClosed = Code(description: "poolClosed")
    /// A transaction was used after its end.
    package static let transactionEnded = Code(description: "transactionEnded")
    /// The configuration is not valid.
    package static let configuration = Code(description: "configuration")
    /// The migrations do not fit what the database has already applied.
    package static let migration = Code(description: "migration")
    /// libpq did something that it should not.
    package static let protocolViolation = Code(description: "protocolViolation")
  }

  /// What kind of failure it was.
  package var code: Code
  /// A text free of data, such as `no column "n"`.
  package var message: String
  /// The five characters of SQLSTATE, for `server` errors.
  package var sqlState: PostgresSQLState?
  /// The name of the constraint that was violated.
  package var constraintName: String?
  /// The table of the constraint or column.
  package var tableName: String?
  /// The column that the error is about.
  package var columnName: String?
  /// The server's message, detail and hint: may hold data, so only for `String(reflecting:)`.
  package var detail: String?
  /// The statement that failed.
  package var sql: String?
  /// Whether the statement (or the commit) may have taken effect although no answer came. When this is false and the
  /// call threw, nothing was changed.
  package var isUnsureWhetherCommitted: Bool
  /// Whether a prepared statement no longer fitted the tables; a new try prepares it again.
  var isStalePlan = false

  /// Creates an error.
  package init(
    _ code: Code, _ message: String, sqlState: PostgresSQLState? = nil, detail: String? = nil, sql: String? = nil,
    isUnsureWhetherCommitted: Bool = false
  ) {
    self.code = code
    self.message = message
    self.sqlState = sqlState
    self.detail = detail
    self.sql = sql
    self.isUnsureWhetherCommitted = isUnsureWhetherCommitted
  }

  /// Whether the same call may succeed when it is repeated a little later: a broken connection, a full pool, a
  /// deadlock, a serialization failure or a server that is starting or stopping.
  ///
  /// Repeat a write only when it is idempotent or `isUnsureWhetherCommitted` is false.
  package var isTransient: Bool {
    switch code {
    case .connectionLost, .connectFailed, .poolExhausted, .timeout: true
    case .server: sqlState?.isTransient ?? false
    default: false
    }
  }

  /// Whether a unique constraint (or exclusion constraint) was violated.
  /// - Parameter constraint: the name it must have; `nil` takes any.
  package func isUniqueViolation(of constraint: String? = nil) -> Bool {
    (sqlState == .uniqueViolation || sqlState == .exclusionViolation)
      && (constraint == nil || constraint == constraintName)
  }
}

extension PostgresError: CustomStringConvertible, CustomDebugStringConvertible {
  package var description: String {
    var text = "PostgresError(\(code)"
    if let sqlState { text += " \(sqlState)" }
    if let constraintName { text += ", constraint \(constraintName)" }
    text += ": \(message)"
    if isUnsureWhetherCommitted { text += ", unsure whether committed" }
    return text + ")"
  }

  package var debugDescription: String {
    var text = description
    if let detail { text += "\n\(detail)" }
    if let sql { text += "\nin: \(sql)" }
    return text
  }
}
