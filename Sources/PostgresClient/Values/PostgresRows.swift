internal import CLibpq

/// The answer to a statement: its rows, in the memory that libpq received them in, and how many it touched.
package struct PostgresRows: Sendable, RandomAccessCollection {
  let result: PostgresResult

  /// The number of rows that an `INSERT`, `UPDATE`, `DELETE`, `MERGE` or `COPY` touched, or a `SELECT` returned.
  package var affectedRows: Int { result.affectedRows }

  /// The names of the columns.
  package var columnNames: [String] { result.columns.names }

  package var startIndex: Int { 0 }
  package var endIndex: Int { result.rowCount }

  package subscript(position: Int) -> PostgresRow {
    precondition(position >= 0 && position < result.rowCount, "row out of range")
    return PostgresRow(result: result, index: position)
  }

  /// The only row.
  /// - Throws: `decoding` when there is none or more than one.
  package func only() throws(PostgresError) -> PostgresRow {
    guard count == 1 else { throw PostgresError(.decoding, "expected 1 row, got \(count)") }
    return self[0]
  }
}

/// The columns of a result.
final class PostgresColumns: Sendable {
  let names: [String]
  let types: [Oid]
  /// Whether all columns can be received in binary form next time.
  let hasBinaryDecoders: Bool

  init(result: OpaquePointer) {
    let count = PQnfields(result)
    names = (0..<count).map { index in PQfname(result, index).map { String(cString: $0) } ?? "" }
    types = (0..<count).map { PQftype(result, $0) }
    hasBinaryDecoders = types.allSatisfy(PostgresTypeID.hasBinaryDecoder)
  }

  /// Linear: a result has few columns and comparing short strings is a comparison of words.
  func index(of name: String) -> Int? { names.firstIndex(of: name) }
}

/// Owns one `PGresult`, which never changes and is read from any thread.
final class PostgresResult: @unchecked Sendable {
  private let pointer: OpaquePointer
  let columns: PostgresColumns
  let rowCount: Int
  let isBinary: Bool

  /// Takes ownership of the pointer.
  init(owning pointer: OpaquePointer, columns: PostgresColumns?) {
    self.pointer = pointer
    self.columns = columns ?? PostgresColumns(result: pointer)
    rowCount = Int(PQntuples(pointer))
    isBinary = PQnfields(pointer) > 0 && PQfformat(pointer, 0) == 1
  }

  deinit { PQclear(pointer) }

  var affectedRows: Int { PQcmdTuples(pointer).flatMap { Int(String(cString: $0)) } ?? 0 }

  /// What the server says it did, such as `INSERT 0 1`.
  var commandTag: String { PQcmdStatus(pointer).map { String(cString: $0) } ?? "" }

  func withValue<R, E: Error>(
    row: Int, column: Int, _ body: (UnsafeRawBufferPointer?) throws(E) -> R
  ) throws(E) -> R {
    let (row, column) = (Int32(truncatingIfNeeded: row), Int32(truncatingIfNeeded: column))
    if PQgetisnull(pointer, row, column) == 1 { return try body(nil) }
    let length = Int(PQgetlength(pointer, row, column))
    let answer = try body(UnsafeRawBufferPointer(start: PQgetvalue(pointer, row, column), count: length))
    withExtendedLifetime(self) {}
    return answer
  }
}
