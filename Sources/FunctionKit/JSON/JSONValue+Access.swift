extension JSONValue {
  /// A member of an object; nil where there is none.
  package subscript(name: String) -> JSONValue? {
    if case .object(let members) = self { members[name] } else { nil }
  }

  /// The text of a string.
  package var text: String? {
    if case .string(let text) = self { text } else { nil }
  }

  /// The value of a number.
  package var double: Double? {
    if case .number(let number) = self { number.double } else { nil }
  }

  /// The value of a whole number.
  package var integer: Int? {
    if case .number(let number) = self { number.integer.flatMap { Int(exactly: $0) } } else { nil }
  }

  /// The elements of an array.
  package var elements: [JSONValue]? {
    if case .array(let elements) = self { elements } else { nil }
  }
}
