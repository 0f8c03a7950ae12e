/// The isolation of a transaction, from chapter 13.2 of PostgreSQL's manual.
package enum PostgresIsolation: String, Sendable {
  /// Each statement sees what was committed before it began. The server's default.
  case readCommitted = "READ COMMITTED"
  /// The whole transaction sees one snapshot; a conflicting update fails and is retried.
  case repeatableRead = "REPEATABLE READ"
  /// As if transactions ran one after another; a dangerous pattern fails and is retried.
  case serializable = "SERIALIZABLE"
}
