package import HexGrid
package import NIOCore

/// Writes JSON straight into a buffer.
package struct JSONBuffer: Sendable {
  /// What was written.
  package private(set) var buffer: ByteBuffer
  private var needsComma = false

  /// Creates a writer.
  /// - Parameter capacity: bytes to set aside.
  package init(capacity: Int = 256) {
    buffer = ByteBufferAllocator().buffer(capacity: capacity)
  }

  /// Opens an object.
  package mutating func beginObject() {
    comma()
    buffer.writeInteger(UInt8(ascii: "{"))
    needsComma = false
  }

  /// Closes an object.
  package mutating func endObject() {
    buffer.writeInteger(UInt8(ascii: "}"))
    needsComma = true
  }

  /// Opens an array.
  package mutating func beginArray() {
    comma()
    buffer.writeInteger(UInt8(ascii: "["))
    needsComma = false
  }

  /// Closes an array.
  package mutating func endArray() {
    buffer.writeInteger(UInt8(ascii: "]"))
    needsComma = true
  }

  /// Writes a member's name, which must need no escaping.
  package mutating func name(_ name: StaticString) {
    comma()
    buffer.writeInteger(UInt8(ascii: "\""))
    buffer.writeStaticString(name)
    buffer.writeInteger(UInt8(ascii: "\""))
    buffer.writeInteger(UInt8(ascii: ":"))
    needsComma = false
  }

  /// Writes a member's name.
  package mutating func name(_ name: String) {
    comma()
    quoted(name)
    buffer.writeInteger(UInt8(ascii: ":"))
    needsComma = false
  }

  /// Writes a text.
  package mutating func value(_ text: String) {
    comma()
    quoted(text)
    needsComma = true
  }

  /// Writes a whole number.
  package mutating func value(_ number: Int64) {
    comma()
    DecimalText.write(number, into: &buffer)
    needsComma = true
  }

  /// Writes a whole number.
  package mutating func value(_ number: Int) {
    value(Int64(number))
  }

  /// Writes a truth value.
  package mutating func value(_ flag: Bool) {
    comma()
    buffer.writeStaticString(flag ? "true" : "false")
    needsComma = true
  }

  /// Writes a number with at most seven decimals; one that is not finite becomes `null`.
  package mutating func value(_ number: Double) {
    comma()
    DecimalText.write(number, into: &buffer)
    needsComma = true
  }

  /// Writes `null`.
  package mutating func null() {
    comma()
    buffer.writeStaticString("null")
    needsComma = true
  }

  /// Writes a position.
  package mutating func value(_ place: GeoPoint) {
    beginObject()
    name("latitude")
    value(place.latitude)
    name("longitude")
    value(place.longitude)
    endObject()
  }

  private mutating func comma() {
    if needsComma { buffer.writeInteger(UInt8(ascii: ",")) }
  }

  private mutating func quoted(_ text: String) {
    buffer.writeInteger(UInt8(ascii: "\""))
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x22 && $0 != 0x5C }) {
      buffer.writeString(text)
    } else {
      for byte in text.utf8 {
        switch byte {
        case 0x22, 0x5C:
          buffer.writeInteger(UInt8(ascii: "\\"))
          buffer.writeInteger(byte)
        case 0..<0x20:
          buffer.writeStaticString("\\u00")
          let digits: StaticString = "0123456789abcdef"
          buffer.writeInteger(digits.utf8Start[Int(byte >> 4)])
          buffer.writeInteger(digits.utf8Start[Int(byte & 15)])
        default: buffer.writeInteger(byte)
        }
      }
    }
    buffer.writeInteger(UInt8(ascii: "\""))
  }
}
