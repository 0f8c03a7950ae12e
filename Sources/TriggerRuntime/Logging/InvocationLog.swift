import FunctionKit
import Logging
import Synchronization

/// What a caller asks of the log of its invocation: a level, and the lines themselves.
final class InvocationLog: Sendable {
  private struct State {
    var lines: [[UInt8]] = []
    var size = 0
    var dropped = 0
  }

  /// The longest value of the header field: proxies take 8 KiB for all fields together.
  static let maxHeaderBytes = 4_096

  /// The least severity that is logged; 6, which never adds anything, where only the lines are asked for.
  let severity: UInt8
  /// The header field that the lines come back in; nil where nobody asked.
  private let field: String?
  private let state = Mutex(State())

  init(severity: UInt8, field: String?) {
    self.severity = severity
    self.field = field
  }

  /// Reads `X-Cabstand-Log-Level` and `X-Cabstand-Logs`, or nuclio's names for them.
  /// - Returns: nil where the request asks for neither, or may not; a level that nobody knows is ignored, as a preference may be.
  convenience init?(_ head: HTTPRequestHead, isAllowed: Bool) {
    guard isAllowed else { return nil }
    let level = (head.text(of: .logLevel) ?? head.text(of: .nuclioLogLevel)).flatMap { Logger.Level(name: $0) }
    let field =
      Self.isTrue(head.text(of: .logs))
      ? "x-cabstand-logs" : Self.isTrue(head.text(of: .nuclioLogs)) ? "x-nuclio-logs" : nil
    guard level != nil || field != nil else { return nil }
    self.init(severity: level?.severity ?? Logger.Level.critical.severity, field: field)
  }

  private static func isTrue(_ text: String?) -> Bool {
    guard let text else { return false }
    return ["true", "1", "yes"].contains(text.lowercased())
  }

  /// Makes a logger log as this invocation asks.
  func attach(to logger: inout Logger) {
    guard var handler = logger.handler as? FunctionLogHandler else { return }
    handler.invocation = self
    logger.handler = handler
  }

  /// Keeps a line for the caller; the oldest give way.
  func add(_ record: LogRecord) {
    guard field != nil else { return }
    let line = Self.ascii(JSONWriter.bytes { record.write(&$0) })
    state.withLock { state in
      guard line.count + 2 <= Self.maxHeaderBytes else {
        state.dropped += 1
        return
      }
      state.lines.append(line)
      state.size += line.count + 1
      while state.size + 1 > Self.maxHeaderBytes, !state.lines.isEmpty {
        state.size -= state.lines.removeFirst().count + 1
        state.dropped += 1
      }
    }
  }

  /// The header fields with the lines as a JSON array in ASCII; nil where nobody asked.
  func header() -> [(name: String, value: String)]? {
    guard let field else { return nil }
    let (lines, dropped) = state.withLock { ($0.lines, $0.dropped) }
    let value = "[" + String(decoding: Array(lines.joined(separator: [0x2C])), as: UTF8.self) + "]"
    return [(field, value)] + (dropped > 0 ? [(field + "-dropped", String(dropped))] : [])
  }

  /// JSON with everything beyond ASCII as escapes: header fields hold nothing else.
  private static func ascii(_ json: [UInt8]) -> [UInt8] {
    guard json.contains(where: { $0 >= 0x7F }) else { return json }
    var text: [UInt8] = []
    for unit in String(decoding: json, as: UTF8.self).utf16 {
      if unit < 0x7F {
        text.append(UInt8(unit))
      } else {
        let digits = String(unit, radix: 16)
        text.append(contentsOf: ("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8)
      }
    }
    return text
  }
}
