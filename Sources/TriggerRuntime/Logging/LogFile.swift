#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file that lines are appended to and that is put aside when it is full; or stderr.
///
/// `@unchecked`: its sink touches it on one serial queue only.
final class LogFile: @unchecked Sendable {
  private let path: String?
  private let maxBytes: Int
  private let keep: Int
  private var descriptor: CInt
  private var size = 0

  /// The process's stderr.
  static func standardError() -> LogFile { LogFile(path: nil, maxBytes: .max, keep: 0, descriptor: STDERR_FILENO) }

  /// Opens a file for appending; nil where that fails.
  /// - Parameters:
  ///   - path: the file.
  ///   - maxBytes: how large it becomes before it is put aside as `<path>.1`.
  ///   - keep: how many are kept aside.
  init?(path: String, maxBytes: Int, keep: Int) {
    self.path = path
    self.maxBytes = maxBytes
    self.keep = keep
    descriptor = -1
    open(path)
    guard descriptor >= 0 else { return nil }
  }

  private init(path: String?, maxBytes: Int, keep: Int, descriptor: CInt) {
    self.path = path
    self.maxBytes = maxBytes
    self.keep = keep
    self.descriptor = descriptor
  }

  deinit {
    if path != nil, descriptor >= 0 { close(descriptor) }
  }

  /// Appends whole lines.
  func write(_ lines: [UInt8]) {
    if let path, size > 0, size + lines.count > maxBytes { rotate(path) }
    guard descriptor >= 0 else { return }
    var offset = 0
    lines.withUnsafeBytes { bytes in
      while offset < bytes.count {
        let rest = UnsafeRawBufferPointer(rebasing: bytes[offset...])
        #if canImport(Darwin)
          let written = Darwin.write(descriptor, rest.baseAddress, rest.count)
        #elseif canImport(Musl)
          let written = Musl.write(descriptor, rest.baseAddress, rest.count)
        #else
          let written = Glibc.write(descriptor, rest.baseAddress, rest.count)
        #endif
        if written > 0 {
          offset += written
        } else if errno == EAGAIN {
          // Somebody made our stderr non-blocking.
          usleep(1_000)
        } else if errno != EINTR {
          break
        }
      }
    }
    size += offset
  }

  /// Closes the file and opens its path again.
  func reopen() {
    guard let path else { return }
    if descriptor >= 0 { close(descriptor) }
    descriptor = -1
    open(path)
  }

  private func rotate(_ path: String) {
    if keep == 0 { unlink(path) }
    for number in stride(from: keep - 1, through: 0, by: -1) {
      rename(number == 0 ? path : "\(path).\(number)", "\(path).\(number + 1)")
    }
    reopen()
  }

  private func open(_ path: String) {
    #if canImport(Darwin)
      descriptor = Darwin.open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o640)
    #elseif canImport(Musl)
      descriptor = Musl.open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o640)
    #else
      descriptor = Glibc.open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o640)
    #endif
    size = descriptor >= 0 ? max(0, Int(lseek(descriptor, 0, SEEK_END))) : 0
  }
}
