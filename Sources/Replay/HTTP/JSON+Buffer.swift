package import FunctionKit
import HexGrid
package import NIOCore

extension JSONValue {
  /// Reads a text.
  /// - Returns: nil where it is no JSON.
  package init?(_ buffer: ByteBuffer) {
    let value = buffer.withUnsafeReadableBytes { raw in
      try? JSONValue(parsing: raw.bindMemory(to: UInt8.self))
    }
    guard let value else { return nil }
    self = value
  }

  /// A time: RFC 3339 text, or a whole number of milliseconds since 1970.
  package var unixMilliseconds: Int64? {
    switch self {
    case .number(let number): number.integer
    case .string(let text): EventTime(rfc3339: text)?.unixMilliseconds
    default: nil
    }
  }
}

extension ByteBuffer {
  /// A JSON object.
  package static func json(capacity: Int = 256, _ members: (inout JSONWriter) -> Void) -> ByteBuffer {
    ByteBuffer(bytes: JSONWriter.bytes(capacity: capacity) { $0.object(members) })
  }
}
