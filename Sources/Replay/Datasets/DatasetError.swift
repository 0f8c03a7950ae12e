/// Why a file of records can't be used, or one of its rows could not be.
package struct DatasetError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file, as it was named.
  package var file: String
  /// The line, counted from 1; nil where the whole file is meant.
  package var line: Int?
  /// The column's name; nil where no one column is at fault.
  package var column: String?
  /// What is wrong and what was expected.
  package var reason: String

  /// Creates an error.
  package init(file: String, line: Int? = nil, column: String? = nil, reason: String) {
    self.file = file
    self.line = line
    self.column = column
    self.reason = reason
  }

  package var description: String {
    var text = file
    if let line { text += ", line \(line)" }
    if let column { text += ", column \(column)" }
    return text + ": " + reason
  }
}
