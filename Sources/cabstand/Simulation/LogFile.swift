import ArgumentParser
import Glibc
import Synchronization

/// A file that grows piece by piece.
final class LogFile: Sendable {
  private let path: String
  private let descriptor: Int32
  private let isWhole = Mutex(true)

  /// Creates the file, or empties it.
  init(_ path: String) throws {
    self.path = path
    descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw ValidationError("The file \(path) cannot be written.") }
  }

  /// Adds bytes; what fails is told by `close`.
  func write(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { buffer in
      var offset = 0
      while offset < buffer.count {
        let count = Glibc.write(descriptor, buffer.baseAddress?.advanced(by: offset), buffer.count - offset)
        if count < 0 {
          if errno == EINTR { continue }
          return isWhole.withLock { $0 = false }
        }
        offset += count
      }
    }
  }

  /// Ends the file.
  func close() throws {
    Glibc.close(descriptor)
    guard isWhole.withLock({ $0 }) else { throw ValidationError("The file \(path) could not be written whole.") }
  }
}
