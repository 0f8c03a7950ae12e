/// One row of an answer.
///
/// Every accessor names a column or gives its index, throws a `decoding` error that says what was wrong (no such
/// column, NULL, another type, a value that does not fit) and never traps. The `optional…` accessors return `nil` for
/// NULL.
package struct PostgresRow: Sendable {
  let result: PostgresResult
  /// The row's place in its answer.
  package let index: Int

  /// Whether a column is NULL.
  package func isNull(_ column: PostgresColumn) throws(PostgresError) -> Bool {
    try optional(column) { _ in true } == nil
  }

  /// A whole number, from `smallint`, `integer`, `bigint`, `oid` or an integral `numeric`.
  package func int(_ column: PostgresColumn) throws(PostgresError) -> Int64 {
    try required(column, PostgresDecoder.int)
  }

  /// A whole number or `nil` for NULL.
  package func optionalInt(_ column: PostgresColumn) throws(PostgresError) -> Int64? {
    try optional(column, PostgresDecoder.int)
  }

  /// A whole number of another width.
  /// - Throws: `decoding` when the value does not fit.
  package func int<I: FixedWidthInteger>(
    _ column: PostgresColumn, as type: I.Type
  ) throws(PostgresError) -> I {
    try required(column) { value in PostgresDecoder.int(value).flatMap { I(exactly: $0) } }
  }

  /// A whole number of another width or `nil` for NULL.
  package func optionalInt<I: FixedWidthInteger>(
    _ column: PostgresColumn, as type: I.Type
  ) throws(PostgresError) -> I? {
    try optional(column) { value in PostgresDecoder.int(value).flatMap { I(exactly: $0) } }
  }

  /// A number, from any numeric type.
  package func double(_ column: PostgresColumn) throws(PostgresError) -> Double {
    try required(column, PostgresDecoder.double)
  }

  /// A number or `nil` for NULL.
  package func optionalDouble(_ column: PostgresColumn) throws(PostgresError) -> Double? {
    try optional(column, PostgresDecoder.double)
  }

  /// A truth value.
  package func bool(_ column: PostgresColumn) throws(PostgresError) -> Bool {
    try required(column, PostgresDecoder.bool)
  }

  /// A truth value or `nil` for NULL.
  package func optionalBool(_ column: PostgresColumn) throws(PostgresError) -> Bool? {
    try optional(column, PostgresDecoder.bool)
  }

  /// A text: from text types, `json`, `jsonb`, `uuid`, enums, `numeric` and every type that has no accessor of its own.
  /// Numbers, truth values, times and `bytea` must be cast to `text` in the statement.
  package func text(_ column: PostgresColumn) throws(PostgresError) -> String {
    try required(column, PostgresDecoder.text)
  }

  /// A text or `nil` for NULL.
  package func optionalText(_ column: PostgresColumn) throws(PostgresError) -> String? {
    try optional(column, PostgresDecoder.text)
  }

  /// The bytes of a `bytea`, or the UTF-8 of whatever `text` accepts.
  package func bytes(_ column: PostgresColumn) throws(PostgresError) -> [UInt8] {
    try required(column, PostgresDecoder.bytes)
  }

  /// The bytes or `nil` for NULL.
  package func optionalBytes(_ column: PostgresColumn) throws(PostgresError) -> [UInt8]? {
    try optional(column, PostgresDecoder.bytes)
  }

  /// A `uuid`.
  package func uuid(_ column: PostgresColumn) throws(PostgresError) -> UInt128 {
    try required(column, PostgresDecoder.uuid)
  }

  /// A `uuid` or `nil` for NULL.
  package func optionalUUID(_ column: PostgresColumn) throws(PostgresError) -> UInt128? {
    try optional(column, PostgresDecoder.uuid)
  }

  /// A time in microseconds since 1970, from `timestamptz`, `timestamp` (taken as UTC) or `date` (its midnight in
  /// UTC). `infinity` is `Int64.max`, `-infinity` is `Int64.min`.
  package func timestampMicroseconds(_ column: PostgresColumn) throws(PostgresError) -> Int64 {
    try required(column, PostgresDecoder.timestamp)
  }

  /// A time in microseconds since 1970 or `nil` for NULL.
  package func optionalTimestampMicroseconds(_ column: PostgresColumn) throws(PostgresError) -> Int64? {
    try optional(column, PostgresDecoder.timestamp)
  }

  /// A time in milliseconds since 1970, rounded down.
  package func timestampMilliseconds(_ column: PostgresColumn) throws(PostgresError) -> Int64 {
    Self.milliseconds(try timestampMicroseconds(column))
  }

  /// A time in milliseconds since 1970, rounded down, or `nil` for NULL.
  package func optionalTimestampMilliseconds(_ column: PostgresColumn) throws(PostgresError) -> Int64? {
    try optionalTimestampMicroseconds(column).map(Self.milliseconds)
  }

  /// An array of whole numbers.
  package func ints(_ column: PostgresColumn) throws(PostgresError) -> [Int64?] {
    try array(column) { Int64($0) }
  }

  /// An array of numbers.
  package func doubles(_ column: PostgresColumn) throws(PostgresError) -> [Double?] {
    try array(column) { Double($0) }
  }

  /// An array of texts.
  package func texts(_ column: PostgresColumn) throws(PostgresError) -> [String?] {
    try array(column) { $0 }
  }

  /// An array of truth values.
  package func bools(_ column: PostgresColumn) throws(PostgresError) -> [Bool?] {
    try array(column) { $0 == "t" ? true : $0 == "f" ? false : nil }
  }

  /// Calls a closure with a value as it came, without a copy; `nil` is NULL.
  package func withUnsafeBytes<R>(
    _ column: PostgresColumn, _ body: (UnsafeRawBufferPointer?) -> R
  ) throws(PostgresError) -> R {
    let place = try place(column)
    return result.withValue(row: index, column: place, body)
  }

  private static func milliseconds(_ microseconds: Int64) -> Int64 {
    let quotient = microseconds / 1000
    return microseconds % 1000 < 0 ? quotient - 1 : quotient
  }

  private func array<T>(
    _ column: PostgresColumn, _ element: (String) -> T?
  ) throws(PostgresError) -> [T?] {
    try required(column) { value in
      PostgresArrayText.parse(value.bytes).flatMap { texts in
        var answer: [T?] = []
        answer.reserveCapacity(texts.count)
        for text in texts {
          guard let text else {
            answer.append(nil)
            continue
          }
          guard let value = element(text) else { return nil }
          answer.append(value)
        }
        return answer
      }
    }
  }

  private func place(_ column: PostgresColumn) throws(PostgresError) -> Int {
    switch column.kind {
    case .index(let place):
      guard place >= 0, place < result.columns.names.count else {
        throw PostgresError(.decoding, "no column \(place)")
      }
      return place
    case .name(let name):
      guard let place = result.columns.index(of: name) else {
        throw PostgresError(.decoding, "no column \"\(name)\"")
      }
      return place
    }
  }

  private func required<T>(
    _ column: PostgresColumn, _ decode: (PostgresDecoder.Value) -> T?
  ) throws(PostgresError) -> T {
    guard let value = try optional(column, decode) else {
      throw PostgresError(.decoding, "column \(column) is NULL")
    }
    return value
  }

  private func optional<T>(
    _ column: PostgresColumn, _ decode: (PostgresDecoder.Value) -> T?
  ) throws(PostgresError) -> T? {
    let place = try place(column)
    let type = result.columns.types[place]
    return try result.withValue(row: index, column: place) { bytes throws(PostgresError) -> T? in
      guard let bytes else { return nil }
      guard let value = decode(.init(bytes: bytes, type: type, isBinary: result.isBinary)) else {
        throw PostgresError(
          .decoding, "column \(column) of type \(type) is not what was asked for, a \(T.self)")
      }
      return value
    }
  }
}

/// A column, by name (`"ride_id"`) or by index (`0`).
package struct PostgresColumn: Sendable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  CustomStringConvertible
{
  enum Kind: Sendable {
    case name(String)
    case index(Int)
  }

  let kind: Kind

  /// A column by its name.
  package init(_ name: String) { kind = .name(name) }

  /// A column by its place, from 0.
  package init(_ index: Int) { kind = .index(index) }

  package init(stringLiteral value: String) { kind = .name(value) }

  package init(integerLiteral value: Int) { kind = .index(value) }

  package var description: String {
    switch kind {
    case .name(let name): "\"\(name)\""
    case .index(let index): "\(index)"
    }
  }
}
