import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Shows progress on standard error: one line rewritten in place on a terminal, a plain line every 5 s elsewhere.
package final class ProgressPrinter: Sendable {
  private struct State {
    var calls = 0
    var isLineOpen = false
  }

  private let isTerminal: Bool
  private let state = Mutex(State())

  /// Creates a printer.
  package init() {
    isTerminal = isatty(2) == 1
  }

  /// Shows progress; call it once a second.
  package func show(_ progress: ReplayProgress) {
    show(progress.line)
  }

  /// Shows a line; call it once a second.
  package func show(_ line: String) {
    let text: String? = state.withLock { state in
      defer { state.calls += 1 }
      if isTerminal {
        state.isLineOpen = true
        return "\r\u{1B}[K" + line
      }
      return state.calls % 5 == 0 ? line + "\n" : nil
    }
    if let text { Self.write(text) }
  }

  /// Ends the line on a terminal, so that what comes next starts on its own.
  package func finish() {
    let isOpen = state.withLock { state in
      defer { state.isLineOpen = false }
      return state.isLineOpen
    }
    if isOpen { Self.write("\n") }
  }

  private static func write(_ text: String) {
    var text = text
    text.withUTF8 { utf8 in
      #if canImport(Glibc)
        _ = Glibc.write(2, utf8.baseAddress, utf8.count)
      #elseif canImport(Musl)
        _ = Musl.write(2, utf8.baseAddress, utf8.count)
      #else
        _ = Darwin.write(2, utf8.baseAddress, utf8.count)
      #endif
    }
  }
}
