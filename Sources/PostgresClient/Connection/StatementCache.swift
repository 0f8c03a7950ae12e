/// The prepared statements of one connection, by SQL text, bounded by forgetting the least recently used.
struct StatementCache {
  let limit: Int
  private var statements: [String: PreparedStatement] = [:]
  private var clock: UInt64 = 0
  private var made: UInt64 = 0

  init(limit: Int) { self.limit = limit }

  /// The statement of a text.
  /// - Returns: the statement; whether it must be prepared first; and one to deallocate to make room.
  mutating func statement(for sql: String) -> (PreparedStatement, isNew: Bool, evicted: PreparedStatement?) {
    clock += 1
    if let statement = statements[sql] {
      statement.lastUse = clock
      return (statement, false, nil)
    }
    var evicted: PreparedStatement?
    if statements.count >= limit, let oldest = statements.values.min(by: { $0.lastUse < $1.lastUse }) {
      statements[oldest.sql] = nil
      evicted = oldest
    }
    made += 1
    let statement = PreparedStatement(sql: sql, name: "s\(made)")
    statement.lastUse = clock
    statements[sql] = statement
    return (statement, true, evicted)
  }

  /// Forgets a statement.
  /// - Returns: whether the cache held this very one.
  @discardableResult
  mutating func forget(_ statement: PreparedStatement) -> Bool {
    guard statements[statement.sql] === statement else { return false }
    statements[statement.sql] = nil
    return true
  }
}
