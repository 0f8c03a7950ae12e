import FunctionKit

/// How long a request may take: what the client asks for, up to what the function allows.
enum InvocationTimeout {
  /// Reads `X-Nuclio-Invoke-Timeout: 500ms` and `Prefer: wait=2`; what cannot be read is ignored, as a preference may be.
  static func of(_ head: HTTPRequestHead, atMost limit: Duration) -> Duration {
    var timeout = limit
    if let text = head.text(of: .invokeTimeout), let asked = DurationText.parse(text), asked > .zero {
      timeout = min(timeout, asked)
    }
    if let preferences = head.text(of: .prefer) {
      for preference in preferences.split(separator: ",") {
        let parts = preference.split(separator: "=", maxSplits: 1)
        guard parts.count == 2, parts[0].trimmedBlanks.lowercased() == "wait",
          let seconds = UInt32(parts[1].trimmedBlanks), seconds > 0
        else { continue }
        timeout = min(timeout, .seconds(Int64(seconds)))
      }
    }
    return timeout
  }
}

extension Substring {
  /// This text without the blanks around it.
  var trimmedBlanks: Substring {
    var text = drop { $0 == " " || $0 == "\t" }
    while let last = text.last, last == " " || last == "\t" { text.removeLast() }
    return text
  }
}
