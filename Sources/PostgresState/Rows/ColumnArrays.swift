internal import PostgresClient

/// Rows as parallel arrays, one per column, for `unnest`.
struct ColumnArrays {
  /// A column of one row.
  enum Element {
    case int(Int64?)
    case double(Double)
    case text(String?)
  }

  private enum Kind { case int, double, text }

  /// One of the three is in use.
  private struct Column {
    var kind = Kind.int
    var ints: [Int64?] = []
    var doubles: [Double?] = []
    var texts: [String?] = []
  }

  private var columns: [Column]

  /// - Parameter count: how many columns a row has.
  init(count: Int) {
    columns = Array(repeating: Column(), count: count)
  }

  /// Adds a row. Each column has the same kind of element in all rows.
  mutating func append(_ row: [Element]) {
    precondition(row.count == columns.count, "a row of \(row.count) columns among rows of \(columns.count)")
    for (index, element) in row.enumerated() {
      switch element {
      case .int(let number):
        columns[index].ints.append(number)
      case .double(let number):
        columns[index].kind = .double
        columns[index].doubles.append(number)
      case .text(let text):
        columns[index].kind = .text
        columns[index].texts.append(text)
      }
    }
  }

  /// The arrays, in the order of the columns.
  var parameters: [PostgresValue] {
    columns.map { column in
      switch column.kind {
      case .int: .ints(column.ints)
      case .double: .doubles(column.doubles)
      case .text: .texts(column.texts)
      }
    }
  }
}
