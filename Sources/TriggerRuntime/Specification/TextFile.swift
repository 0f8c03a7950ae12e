#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Reads small text files, such as mounted secrets.
public enum TextFile {
  /// A file could not be read.
  public struct ReadError: Error, Sendable, CustomStringConvertible {
    /// The path and the reason.
    public var description: String
  }

  /// Reads a file of UTF-8 text of at most 1 MiB; one line break at the end is left out.
  /// - Parameter path: where it is.
  /// - Returns: its text.
  /// - Throws: `ReadError`.
  public static func read(_ path: String) throws -> String {
    let limit = 1 << 20
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw ReadError(description: "\(path): \(String(cString: strerror(errno)))") }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16_384)
    while true {
      let count = chunk.withUnsafeMutableBytes { unistd_read(descriptor, $0) }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw ReadError(description: "\(path): \(String(cString: strerror(errno)))") }
      if count == 0 { break }
      bytes.append(contentsOf: chunk[..<count])
      guard bytes.count <= limit else { throw ReadError(description: "\(path): larger than \(limit) bytes") }
    }
    if bytes.last == 0x0A { bytes.removeLast() }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw ReadError(description: "\(path): no UTF-8 text")
    }
    return text
  }

  private static func unistd_read(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
    #if canImport(Glibc)
      Glibc.read(descriptor, buffer.baseAddress, buffer.count)
    #elseif canImport(Musl)
      Musl.read(descriptor, buffer.baseAddress, buffer.count)
    #else
      Darwin.read(descriptor, buffer.baseAddress, buffer.count)
    #endif
  }
}
