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
