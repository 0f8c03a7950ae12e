/// The fields of a tariff, each with its path: the form in which versions are kept, shown and compared.
package struct TariffDocument: Sendable, Hashable {
  /// A value with where it stands, such as `surcharges.0.amount`.
  package struct Field: Sendable, Hashable {
    package var path: String
    package var value: String
  }

  package let fields: [Field]

  /// Takes fields in the order of their file.
  package init(fields: [(String, String)]) {
    self.fields = fields.map { Field(path: $0.0, value: $0.1) }
  }

  /// Reads what `text` wrote.
  package init?(text: some StringProtocol) {
    var fields: [Field] = []
    for line in text.split(separator: "\n") {
      guard let equals = line.firstRange(of: " = ") else { return nil }
      fields.append(Field(path: String(line[..<equals.lowerBound]), value: String(line[equals.upperBound...])))
    }
    self.fields = fields
  }

  /// A line `path = value` per field.
  package var text: String { fields.map { "\($0.path) = \($0.value)" }.joined(separator: "\n") }

  /// What another document has otherwise: path, value here, value there.
  package func differences(from other: TariffDocument) -> [(path: String, here: String?, there: String?)] {
    let mine = Dictionary(fields.map { ($0.path, $0.value) }, uniquingKeysWith: { first, _ in first })
    let theirs = Dictionary(other.fields.map { ($0.path, $0.value) }, uniquingKeysWith: { first, _ in first })
    let onlyThere = other.fields.map(\.path).filter { mine[$0] == nil }
    return (fields.map(\.path) + onlyThere).filter { mine[$0] != theirs[$0] }.map { ($0, mine[$0], theirs[$0]) }
  }
}

/// What is wrong with a tariff, and where.
package struct TariffError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The path of the field, such as `surcharges.0.amount`.
  package let path: String
  package let message: String

  init(_ path: String, _ message: String) {
    self.path = path
    self.message = message
  }

  package var description: String { "\(path) \(message)" }
}
