/// The text of one SQL statement with parameters `$1`, `$2`, …
///
/// Statements are prepared once per connection and cached by their text, so write the text constant and put what
/// varies into parameters. `ExpressibleByStringInterpolation` is missing on purpose: it would invite injection.
package struct PostgresStatement: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
  /// The SQL text.
  package let sql: String

  /// Wraps SQL text made elsewhere, such as a constant list of columns put together once.
  package init(_ sql: String) { self.sql = sql }

  /// Wraps SQL text.
  package init(stringLiteral value: StaticString) { sql = value.description }

  package var description: String { sql }
}

/// A statement with its parameters, for pipelines of several.
package struct PostgresCall: Sendable {
  /// The statement.
  package var statement: PostgresStatement
  /// Its parameters, in order.
  package var parameters: [PostgresValue]

  /// Creates a call.
  package init(_ statement: PostgresStatement, _ parameters: [PostgresValue] = []) {
    self.statement = statement
    self.parameters = parameters
  }
}
