/// Writes the rows of a `COPY … FROM STDIN`.
///
/// Rows are collected and sent in pieces; `write` waits only when a piece is full, and then until the socket has taken
/// it, so a fast producer cannot fill the memory.
package final class PostgresCopyWriter {
  private static let chunkBytes = 64 * 1024

  private var buffer: [UInt8] = []
  private var field: [UInt8] = []
  private let send: ([UInt8]) async throws(PostgresError) -> Void

  init(send: @escaping ([UInt8]) async throws(PostgresError) -> Void) {
    self.send = send
    buffer.reserveCapacity(Self.chunkBytes + 4096)
  }

  /// Writes one row.
  /// - Parameter values: one value per column of the statement, in its order.
  package func write(_ values: [PostgresValue]) async throws(PostgresError) {
    for (index, value) in values.enumerated() {
      if index > 0 { buffer.append(UInt8(ascii: "\t")) }
      try append(value)
    }
    buffer.append(UInt8(ascii: "\n"))
    if buffer.count >= Self.chunkBytes { try await flush() }
  }

  func flush() async throws(PostgresError) {
    guard !buffer.isEmpty else { return }
    let chunk = buffer
    buffer.removeAll(keepingCapacity: true)
    try await send(chunk)
  }

  private func append(_ value: PostgresValue) throws(PostgresError) {
    switch value {
    case .null: buffer += "\\N".utf8
    case .int, .double, .bool, .timestampMicroseconds, .uuid, .ints, .doubles, .bools:
      // None of these ever holds a character that COPY gives a meaning to.
      PostgresTextEncoder.append(value, to: &buffer)
    default:
      field.removeAll(keepingCapacity: true)
      PostgresTextEncoder.append(value, to: &field)
      for byte in field {
        switch byte {
        case 0: throw PostgresError(.invalidParameter, "a text with a zero byte")
        case UInt8(ascii: "\\"): buffer += "\\\\".utf8
        case UInt8(ascii: "\t"): buffer += "\\t".utf8
        case UInt8(ascii: "\n"): buffer += "\\n".utf8
        case UInt8(ascii: "\r"): buffer += "\\r".utf8
        default: buffer.append(byte)
        }
      }
    }
  }
}

/// One row of a `COPY … TO STDOUT` in text form.
package struct PostgresCopyRow: Sendable {
  /// The line as it came, with its line feed.
  package let bytes: [UInt8]

  /// The columns, unescaped; `nil` is NULL.
  package func fields() -> [String?] {
    var answer: [String?] = []
    var field: [UInt8] = []
    var isNull = false
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      if byte == UInt8(ascii: "\n") { break }
      if byte == UInt8(ascii: "\t") {
        answer.append(isNull ? nil : String(decoding: field, as: UTF8.self))
        field.removeAll(keepingCapacity: true)
        isNull = false
      } else if byte == UInt8(ascii: "\\"), index < bytes.count {
        let escaped = bytes[index]
        index += 1
        switch escaped {
        case UInt8(ascii: "N"): isNull = true
        case UInt8(ascii: "b"): field.append(8)
        case UInt8(ascii: "f"): field.append(12)
        case UInt8(ascii: "n"): field.append(10)
        case UInt8(ascii: "r"): field.append(13)
        case UInt8(ascii: "t"): field.append(9)
        case UInt8(ascii: "v"): field.append(11)
        default: field.append(escaped)
        }
      } else {
        field.append(byte)
      }
    }
    answer.append(isNull ? nil : String(decoding: field, as: UTF8.self))
    return answer
  }
}
