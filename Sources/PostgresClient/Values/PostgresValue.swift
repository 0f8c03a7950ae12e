/// A parameter of a statement.
///
/// The server infers the parameter's type from the statement, so `.int` fits `smallint` to `numeric`, and `.text` fits
/// every type with a text form, including enums. Where it cannot infer one, write a cast: `unnest($1::bigint[])`.
package enum PostgresValue: Sendable, Hashable {
  /// SQL `NULL`.
  case null
  /// A whole number.
  case int(Int64)
  /// A floating point number; infinities and NaN are allowed.
  case double(Double)
  /// A text; it must not hold a zero byte, which PostgreSQL cannot store.
  case text(String)
  /// A truth value.
  case bool(Bool)
  /// A `bytea`.
  case bytes([UInt8])
  /// A `timestamptz` or `timestamp` (in UTC), in microseconds since 1970.
  case timestampMicroseconds(Int64)
  /// A `uuid`, as 16 bytes from the most significant.
  case uuid(UInt128)
  /// A `json` or `jsonb` document, as its UTF-8 text.
  case json(String)
  /// An array of whole numbers.
  case ints([Int64?])
  /// An array of floating point numbers.
  case doubles([Double?])
  /// An array of texts.
  case texts([String?])
  /// An array of truth values.
  case bools([Bool?])
  /// An array of times, in microseconds since 1970.
  case timestampsMicroseconds([Int64?])

  /// A `timestamptz` from milliseconds since 1970, clamped to what 64 bits of microseconds can hold.
  package static func timestampMilliseconds(_ milliseconds: Int64) -> PostgresValue {
    .timestampMicroseconds(PostgresTime.microseconds(fromMilliseconds: milliseconds))
  }

  /// An array of `timestamptz` from milliseconds since 1970.
  package static func timestampsMilliseconds(_ milliseconds: [Int64?]) -> PostgresValue {
    .timestampsMicroseconds(milliseconds.map { $0.map(PostgresTime.microseconds(fromMilliseconds:)) })
  }

  /// A whole number of any width; `nil` becomes `NULL`.
  package static func int<I: FixedWidthInteger & SignedInteger>(_ value: I?) -> PostgresValue {
    value.map { .int(Int64($0)) } ?? .null
  }

  /// A text; `nil` becomes `NULL`.
  package static func text(_ value: String?) -> PostgresValue { value.map { .text($0) } ?? .null }

  /// A floating point number; `nil` becomes `NULL`.
  package static func double(_ value: Double?) -> PostgresValue { value.map { .double($0) } ?? .null }

  /// A truth value; `nil` becomes `NULL`.
  package static func bool(_ value: Bool?) -> PostgresValue { value.map { .bool($0) } ?? .null }

  /// A time in milliseconds since 1970; `nil` becomes `NULL`.
  package static func timestampMilliseconds(_ value: Int64?) -> PostgresValue {
    value.map { .timestampMilliseconds($0) } ?? .null
  }
}

extension PostgresValue {
  /// The value in PostgreSQL's text form, for a column that holds such texts; empty for `null`.
  package var text: String {
    var bytes: [UInt8] = []
    PostgresTextEncoder.append(self, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension PostgresValue: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByFloatLiteral, ExpressibleByNilLiteral
{
  package init(integerLiteral value: Int64) { self = .int(value) }
  package init(stringLiteral value: String) { self = .text(value) }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
  package init(floatLiteral value: Double) { self = .double(value) }
  package init(nilLiteral: ()) { self = .null }
}
