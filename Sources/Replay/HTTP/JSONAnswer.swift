package import NIOCore

/// A JSON text, read tolerantly: for answers, where what is not understood is passed over.
package indirect enum JSONAnswer: Sendable, Equatable {
  case null
  case boolean(Bool)
  case number(Double)
  case string(String)
  case array([JSONAnswer])
  case object([Member])

  /// One member of an object.
  package struct Member: Sendable, Equatable {
    package var name: String
    package var value: JSONAnswer
  }

  /// Reads a text.
  /// - Returns: nil where it is no JSON or nested deeper than 64.
  package init?(_ bytes: [UInt8]) {
    let value = bytes.withUnsafeBufferPointer { JSONReader.read($0) }
    guard let value else { return nil }
    self = value
  }

  /// Reads a text.
  package init?(_ buffer: ByteBuffer) {
    let value = buffer.withUnsafeReadableBytes { raw in
      JSONReader.read(raw.bindMemory(to: UInt8.self))
    }
    guard let value else { return nil }
    self = value
  }

  /// A member of an object; nil where there is none.
  package subscript(name: String) -> JSONAnswer? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name == name }?.value
  }

  /// The text of a string.
  package var text: String? {
    if case .string(let text) = self { text } else { nil }
  }

  /// The value of a number.
  package var double: Double? {
    if case .number(let number) = self { number } else { nil }
  }

  /// The value of a whole number.
  package var integer: Int? {
    if case .number(let number) = self { Int(exactly: number) } else { nil }
  }

  /// The elements of an array.
  package var elements: [JSONAnswer]? {
    if case .array(let elements) = self { elements } else { nil }
  }

  /// Whether it is `null`.
  package var isNull: Bool { self == .null }

  /// A time: RFC 3339 text, or a whole number of milliseconds since 1970.
  package var unixMilliseconds: Int64? {
    switch self {
    case .number(let number): Int64(exactly: number)
    case .string(let text): TimestampText.unixMilliseconds(text)
    default: nil
    }
  }
}
