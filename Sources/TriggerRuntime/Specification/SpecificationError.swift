/// What is wrong with a function.yaml: every fault found, not only the first.
public struct SpecificationError: Error, Sendable, Equatable, CustomStringConvertible {
  /// One fault and its place.
  public struct Issue: Sendable, Equatable, CustomStringConvertible {
    /// The line, from 1.
    public var line: Int
    /// The column, from 1.
    public var column: Int
    /// The field at fault, as a path such as `spec.triggers.http.numWorkers`; empty for the whole file.
    public var field: String
    /// What is wrong and what was expected.
    public var message: String

    /// Creates an issue.
    /// - Parameters:
    ///   - line: the line, from 1.
    ///   - column: the column, from 1.
    ///   - field: the field at fault, as a path.
    ///   - message: what is wrong and what was expected.
    public init(line: Int, column: Int, field: String, message: String) {
      self.line = line
      self.column = column
      self.field = field
      self.message = message
    }

    /// Line, column, field and message.
    public var description: String {
      field.isEmpty ? "\(line):\(column): \(message)" : "\(line):\(column): \(field): \(message)"
    }
  }

  /// The file, as it was named to the reader.
  public var file: String
  /// The faults in the order of the file; never empty.
  public var issues: [Issue]

  /// Creates an error.
  /// - Parameters:
  ///   - file: the file, as it was named to the reader.
  ///   - issues: the faults.
  public init(file: String, issues: [Issue]) {
    self.file = file
    self.issues = issues.sorted { ($0.line, $0.column) < ($1.line, $1.column) }
  }

  /// One line per fault: file, line, column, field, message.
  public var description: String {
    issues.map { "\(file):\($0)" }.joined(separator: "\n")
  }
}
