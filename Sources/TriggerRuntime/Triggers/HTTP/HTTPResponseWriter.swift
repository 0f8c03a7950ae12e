import FunctionKit
import NIOCore

/// Writes the heads of answers.
enum HTTPResponseWriter {
  /// How long the body is, as far as its head says.
  enum BodyLength {
    case bytes(Int)
    case chunked
    /// Until the connection closes, for HTTP/1.0.
    case untilClose
    /// An answer that has no body by its status.
    case none
  }

  /// What the head says about the connection.
  enum ConnectionOption {
    case keepAlive
    case close
    /// HTTP/1.0 must be told.
    case keepAlive10
  }

  /// Appends a head.
  static func writeHead(
    of response: Response, length: BodyLength, connection: ConnectionOption, date: [UInt8], to buffer: inout ByteBuffer
  ) {
    buffer.writeStaticString("HTTP/1.1 ")
    buffer.writeString(String(response.status))
    buffer.writeStaticString(" ")
    buffer.writeString(HTTPStatusText.reason(response.status))
    if let contentType = response.contentType, isValid(value: contentType) {
      buffer.writeStaticString("\r\ncontent-type: ")
      buffer.writeString(contentType)
    }
    switch length {
    case .bytes(let count):
      buffer.writeStaticString("\r\ncontent-length: ")
      buffer.writeString(String(count))
    case .chunked: buffer.writeStaticString("\r\ntransfer-encoding: chunked")
    case .untilClose, .none: break
    }
    buffer.writeStaticString("\r\ndate: ")
    buffer.writeBytes(date)
    switch connection {
    case .keepAlive: break
    case .close: buffer.writeStaticString("\r\nconnection: close")
    case .keepAlive10: buffer.writeStaticString("\r\nconnection: keep-alive")
    }
    for (name, value) in response.headers where isWritable(name: name) && isValid(value: value) {
      buffer.writeStaticString("\r\n")
      buffer.writeString(name)
      buffer.writeStaticString(": ")
      buffer.writeString(value)
    }
    buffer.writeStaticString("\r\n\r\n")
  }

  /// Whether a function may write a field of this name: one that frames the answer would break the connection.
  private static func isWritable(name: String) -> Bool {
    guard !name.isEmpty, name.utf8.allSatisfy(HTTPHeadParser.isToken) else { return false }
    switch name {
    case "content-length", "transfer-encoding", "connection", "date", "content-type": return false
    default: return true
    }
  }

  /// Whether a value stays on its line.
  private static func isValid(value: String) -> Bool {
    value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
  }
}
