/// Why a text is no JSON.
package struct JSONError: Error, Sendable, Hashable {
  /// The byte at which it went wrong.
  package var offset: Int
  /// What was expected there.
  package var expected: String

  package init(offset: Int, expected: String) {
    self.offset = offset
    self.expected = expected
  }
}

extension FunctionError {
  /// The failure that answers text that is no JSON.
  package init(_ error: JSONError) {
    self.init(
      .badInput, code: "malformedJSON", "The body is no JSON: expected \(error.expected) at byte \(error.offset).")
  }
}
