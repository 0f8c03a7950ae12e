import Glibc

/// Reads and writes small text files without Foundation.
enum TextFile {
  /// The text of a file; nil where it cannot be read or is no UTF-8.
  static func text(at path: String) -> String? {
    bytes(at: path).flatMap { String(validating: $0, as: UTF8.self) }
  }

  /// The bytes of a file; nil where it cannot be read.
  static func bytes(at path: String) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var content: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count == 0 { return content }
      if count < 0 {
        if errno == EINTR { continue }
        return nil
      }
      content.append(contentsOf: buffer[..<count])
    }
  }

  /// Writes a file so that readers see the old or the new content, never a part; only its owner may read it.
  static func write(_ content: [UInt8], to path: String) -> Bool {
    let temporary = "\(path).\(getpid())"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return false }
    var offset = 0
    let isWritten = content.withUnsafeBytes { bytes in
      while offset < bytes.count {
        let count = Glibc.write(descriptor, bytes.baseAddress?.advanced(by: offset), bytes.count - offset)
        if count < 0 {
          if errno == EINTR { continue }
          return false
        }
        offset += count
      }
      return true
    }
    close(descriptor)
    return isWritten && rename(temporary, path) == 0
  }
}
