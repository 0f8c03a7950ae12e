import Glibc

/// Memory that processes share through a file, and that outlives whoever wrote to it.
///
/// `@unchecked`: who uses it keeps to atomics, or to parts that one writer has at a time.
final class SharedFile: @unchecked Sendable {
  let bytes: UnsafeMutableRawPointer
  let count: Int

  /// Opens a file, which is made and made long enough where that is needed.
  /// - Throws: `IsolationError` where the system refuses.
  init(path: String, count: Int) throws {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw IsolationError.system("open \(path)", errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw IsolationError.system("fstat \(path)", errno) }
    if status.st_size < count, ftruncate(descriptor, count) != 0 {
      throw IsolationError.system("ftruncate \(path)", errno)
    }
    guard let memory = mmap(nil, count, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0), memory != MAP_FAILED else {
      throw IsolationError.system("mmap \(path)", errno)
    }
    bytes = memory
    self.count = count
  }

  deinit {
    munmap(bytes, count)
  }
}

/// Why processes cannot share what they must.
package enum IsolationError: Error, CustomStringConvertible {
  /// A call of the system failed.
  case system(String, Int32)

  package var description: String {
    switch self {
    case .system(let call, let code): "\(call): \(String(cString: strerror(code)))"
    }
  }
}
