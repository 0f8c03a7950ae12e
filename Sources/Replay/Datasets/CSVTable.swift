/// A scanner over the rows of a CSV file that touches each byte once and makes no strings.
///
/// Fields may be in double quotes; a quoted field that holds an escaped quote or a line break is not supported (no file of
/// trips has one) and makes its row bad.
package struct CSVTable {
  /// The file's name, for errors.
  package let file: String
  /// The column names of the first line, without spaces around them.
  package let header: [String]
  /// The line of the row in `fields`, counted from 1.
  package private(set) var line = 1
  /// Where each field of the present row begins and ends in `bytes`.
  package private(set) var fields: [Range<Int>] = []
  /// The whole file.
  package let bytes: [UInt8]
  private var position = 0

  /// Opens a table and reads its header.
  /// - Parameters:
  ///   - file: the file's name, for errors.
  ///   - bytes: the file.
  /// - Throws: `DatasetError` where there is no header line.
  package init(file: String, bytes: [UInt8]) throws(DatasetError) {
    self.file = file
    self.bytes = bytes
    var start = 0
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { start = 3 }
    let end = bytes[start...].firstIndex(of: 10) ?? bytes.count
    let text = String(decoding: bytes[start..<end], as: UTF8.self)
    header = text.split(separator: ",", omittingEmptySubsequences: false).map { name in
      String(name.filter { !$0.isWhitespace && $0 != "\"" })
    }
    guard header.contains(where: { !$0.isEmpty }) else {
      throw DatasetError(file: file, line: 1, reason: "is empty: a header line with column names was expected")
    }
    position = min(end + 1, bytes.count)
  }

  /// Moves to the next row that is not blank.
  /// - Returns: false at the end of the file.
  package mutating func nextRow() -> Bool {
    let count = bytes.count
    return bytes.withUnsafeBufferPointer { bytes in
      while position < count {
        line += 1
        fields.removeAll(keepingCapacity: true)
        var start = position
        var cursor = position
        scan: while cursor < count {
          switch bytes[cursor] {
          case 0x2C:
            fields.append(start..<cursor)
            start = cursor + 1
          case 0x0A: break scan
          default: break
          }
          cursor += 1
        }
        let end = cursor > start && bytes[cursor - 1] == 0x0D ? cursor - 1 : cursor
        position = cursor + 1
        if fields.isEmpty, end == start { continue }
        fields.append(start..<end)
        return true
      }
      return false
    }
  }

  /// The bytes of a field without spaces and quotes around it.
  /// - Parameter column: which; one past the row's end is empty.
  package func trimmed(_ column: Int) -> Range<Int> {
    guard column < fields.count else { return 0..<0 }
    var range = fields[column]
    while let first = range.first, bytes[first] == 0x20 || bytes[first] == 0x22 {
      range = range.lowerBound + 1..<range.upperBound
    }
    while let last = range.last, bytes[last] == 0x20 || bytes[last] == 0x22 {
      range = range.lowerBound..<range.upperBound - 1
    }
    return range
  }

  /// A field as text.
  package func text(_ column: Int) -> String {
    String(decoding: bytes[trimmed(column)], as: UTF8.self)
  }

  /// A field as a whole number; nil where it is none.
  package func integer(_ column: Int) -> Int64? {
    let range = trimmed(column)
    return bytes.withUnsafeBufferPointer { FieldParser.integer($0[range]) }
  }

  /// A field as a decimal number; nil where it is none or not finite.
  package func decimal(_ column: Int) -> Double? {
    let range = trimmed(column)
    return bytes.withUnsafeBufferPointer { FieldParser.decimal($0[range]) }
  }

  /// A field `YYYY-MM-DD hh:mm:ss` as seconds since 1970 as if it were UTC; nil where it is none.
  package func civilSeconds(_ column: Int) -> Int64? {
    let range = trimmed(column)
    return bytes.withUnsafeBufferPointer { FieldParser.civilSeconds($0[range]) }
  }

  /// An error about a field of the present row.
  package func error(column: Int, expected: String) -> DatasetError {
    let name = header.indices.contains(column) ? header[column] : "\(column + 1)"
    guard column < fields.count else {
      return DatasetError(
        file: file, line: line, column: name,
        reason: "the row has only \(fields.count) fields, \(expected) was expected")
    }
    let shown = String(decoding: bytes[trimmed(column)].prefix(40), as: UTF8.self)
    return DatasetError(file: file, line: line, column: name, reason: "\"\(shown)\" found, \(expected) was expected")
  }
}
