import Glibc

/// What people read beside the results.
enum Terminal {
  /// Writes a line to stderr.
  static func error(_ line: String) {
    let bytes = Array("cabstand: \(line)\n".utf8)
    _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }
}

extension Terminal {
  /// Writes a remark to stderr.
  static func note(_ line: String) {
    let bytes = Array("\(line)\n".utf8)
    _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }
}
