package import FunctionKit
package import Logging

/// One line of a log, before anybody has formatted it.
package struct LogRecord: Sendable {
  /// When it was logged, in real time.
  package var time: EventTime
  /// How severe it is.
  package var level: Logger.Level
  /// Who logs: a function's name, or `cabstand`.
  package var label: String
  /// The message.
  package var message: String
  /// What goes with it, by name, in alphabetical order.
  package var metadata: [(name: String, value: String)]

  /// The line for people: time, level, label, message, `name=value`.
  package func human() -> [UInt8] {
    var line = Array("\(time.rfc3339) \(level.rawValue) \(label): ".utf8)
    Self.append(message, to: &line)
    for (name, value) in metadata {
      line.append(contentsOf: " \(name)=".utf8)
      Self.append(value, to: &line)
    }
    line.append(0x0A)
    return line
  }

  /// The line as a JSON object.
  package func json() -> [UInt8] {
    var line = JSONWriter.bytes { json in write(&json) }
    line.append(0x0A)
    return line
  }

  /// Writes the record as a JSON object.
  package func write(_ json: inout JSONWriter) {
    json.object { json in
      json.member("time", time.rfc3339)
      json.member("level", level.rawValue)
      json.member("label", label)
      json.member("message", message)
      guard !metadata.isEmpty else { return }
      json.key("metadata")
      json.object { json in for (name, value) in metadata { json.member(dynamic: name, value) } }
    }
  }

  /// Appends text on one line: whoever logs what a stranger sent must not let the stranger write lines.
  private static func append(_ text: String, to line: inout [UInt8]) {
    for byte in text.utf8 {
      switch byte {
      case 0x0A: line += [0x5C, UInt8(ascii: "n")]
      case 0..<0x20, 0x7F: line.append(UInt8(ascii: "?"))
      default: line.append(byte)
      }
    }
  }
}

extension Logger.Level {
  /// 0 for trace to 6 for critical.
  var severity: UInt8 {
    switch self {
    case .trace: 0
    case .debug: 1
    case .info: 2
    case .notice: 3
    case .warning: 4
    case .error: 5
    case .critical: 6
    }
  }

  /// The level of a severity; critical beyond the last.
  init(severity: UInt8) {
    switch severity {
    case 0: self = .trace
    case 1: self = .debug
    case 2: self = .info
    case 3: self = .notice
    case 4: self = .warning
    case 5: self = .error
    default: self = .critical
    }
  }

  /// A level by its name, or by nuclio's word for warnings.
  package init?(name: String) {
    let name = name.lowercased()
    self.init(rawValue: name == "warn" ? "warning" : name)
  }
}
