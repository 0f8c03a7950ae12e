import FunctionKit

/// A sink as function.yaml names it.
enum LogTarget: Hashable, Sendable {
  /// Wherever the process itself logs.
  case standard
  /// stderr in a form of its own.
  case standardError(LogFormat)
  /// A file.
  case file(path: String, format: LogFormat, maxBytes: Int, keep: Int)
  /// A server that takes batches of lines of JSON.
  case http(OutgoingURL)
  /// A topic of the stream.
  case stream(String)
  /// Nowhere.
  case none

  /// Reads a name: `default`, `stderr`, `stderr:json`, `file:/var/log/x.log?maxBytes=1000000&keep=3&format=human`,
  /// `http://host:port/path`, `stream:topic`, `none`.
  /// - Throws: `SetupError` where it is none of these.
  init(_ text: String) throws {
    switch text {
    case "default": self = .standard
    case "stderr", "stderr:human": self = .standardError(.human)
    case "stderr:json": self = .standardError(.json)
    case "none": self = .none
    default:
      if text.hasPrefix("file:") {
        self = try Self.file(text.dropFirst(5), text)
      } else if text.hasPrefix("http:") || text.hasPrefix("https:") {
        self = .http(try OutgoingURL(text))
      } else if text.hasPrefix("stream:"), text.utf8.count > 7 {
        self = .stream(String(text.dropFirst(7)))
      } else {
        throw SetupError(
          "the logger sink \"\(text)\" is unknown; expected default, stderr, stderr:json, file:<path>, http://<host>/<path>, "
            + "stream:<topic> or none")
      }
    }
  }

  private static func file(_ rest: Substring, _ whole: String) throws -> LogTarget {
    let parts = rest.split(separator: "?", maxSplits: 1)
    guard let path = parts.first, !path.isEmpty else { throw SetupError("the logger sink \"\(whole)\" names no file") }
    var (format, maxBytes, keep) = (LogFormat.json, 64 << 20, 5)
    for option in parts.dropFirst().joined().split(separator: "&") {
      let pair = option.split(separator: "=", maxSplits: 1)
      switch (pair.first, pair.count == 2 ? String(pair[1]) : "") {
      case ("maxBytes", let value): maxBytes = try number(value, 1_024...(1 << 40), whole)
      case ("keep", let value): keep = try number(value, 0...1_000, whole)
      case ("format", let value):
        guard let known = LogFormat(rawValue: value) else {
          throw SetupError("the logger sink \"\(whole)\" has the format \"\(value)\"; expected human or json")
        }
        format = known
      default: throw SetupError("the logger sink \"\(whole)\" has an option that is none of maxBytes, keep and format")
      }
    }
    return .file(path: String(path), format: format, maxBytes: maxBytes, keep: keep)
  }

  private static func number(_ text: String, _ range: ClosedRange<Int>, _ whole: String) throws -> Int {
    guard let value = Int(text), range.contains(value) else {
      throw SetupError(
        "the logger sink \"\(whole)\": expected a number from \(range.lowerBound) to \(range.upperBound), found \"\(text)\""
      )
    }
    return value
  }
}
