/// Where a header field lies in the bytes of a request's head.
package struct HTTPFieldRange: Sendable {
  /// Where the name begins.
  package var nameStart: UInt32
  /// Where the name ends.
  package var nameEnd: UInt32
  /// Where the value begins.
  package var valueStart: UInt32
  /// Where the value ends.
  package var valueEnd: UInt32

  /// Creates a range; every bound lies within the head.
  package init(nameStart: UInt32, nameEnd: UInt32, valueStart: UInt32, valueEnd: UInt32) {
    self.nameStart = nameStart
    self.nameEnd = nameEnd
    self.valueStart = valueStart
    self.valueEnd = valueEnd
  }

  /// The name's bounds.
  package var name: Range<Int> { Int(nameStart)..<Int(nameEnd) }
  /// The value's bounds.
  package var value: Range<Int> { Int(valueStart)..<Int(valueEnd) }
}
