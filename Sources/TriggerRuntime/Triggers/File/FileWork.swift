import NIOPosix

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What the system said about a file.
struct FileFault: Error, CustomStringConvertible {
  let path: String
  let code: Int32

  init(_ path: String, _ code: Int32 = errno) {
    self.path = path
    self.code = code
  }

  var description: String { "\(path): \(String(cString: strerror(code)))" }
}

/// Work on files, on threads that may block.
enum FileWork {
  /// Runs blocking work.
  static func run<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
    try await NIOThreadPool.singleton.runIfActive(body)
  }

  /// The names in a folder, in order; hidden ones are left out.
  static func names(_ path: String) throws -> [String] {
    guard let folder = opendir(path) else { throw FileFault(path) }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }

  /// Reads a part of a file.
  /// - Parameters:
  ///   - path: the file.
  ///   - offset: where to begin.
  ///   - limit: how many bytes at most.
  /// - Returns: the bytes, which file it is, and how long it is.
  static func read(
    _ path: String, from offset: Int64 = 0, limit: Int
  ) throws -> (bytes: [UInt8], inode: UInt64, size: Int64) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileFault(path) }
    defer { close(descriptor) }
    var facts = stat()
    guard fstat(descriptor, &facts) == 0 else { throw FileFault(path) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: min(limit, 1 << 18))
    while bytes.count < limit {
      let wanted = min(chunk.count, limit - bytes.count)
      let count = chunk.withUnsafeMutableBytes { buffer in
        pread(descriptor, buffer.baseAddress, wanted, off_t(offset + Int64(bytes.count)))
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw FileFault(path) }
      if count == 0 { break }
      bytes.append(contentsOf: chunk[..<count])
    }
    return (bytes, UInt64(facts.st_ino), Int64(facts.st_size))
  }

  /// Whether something is there.
  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// Makes a folder unless it is there.
  static func makeFolder(_ path: String) throws {
    guard mkdir(path, 0o755) == 0 || errno == EEXIST else { throw FileFault(path) }
  }

  /// Moves a file into a folder under its name, or a similar one where that is taken; a file that is gone is left alone.
  static func move(_ name: String, from folder: String, to other: String) throws {
    var target = "\(other)/\(name)"
    var number = 1
    while exists(target) {
      number += 1
      target = "\(other)/\(name).\(number)"
    }
    guard rename("\(folder)/\(name)", target) == 0 || errno == ENOENT else { throw FileFault(target) }
  }

  /// Appends lines and waits until they are on disk.
  static func append(_ lines: [String], to path: String) throws {
    try write(lines.map { $0 + "\n" }.joined(), to: path, flags: O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC)
  }

  /// Replaces a file by another content, at once and on disk.
  static func replace(_ path: String, by text: String) throws {
    let draft = "\(path).draft"
    try write(text, to: draft, flags: O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC)
    guard rename(draft, path) == 0 else { throw FileFault(path) }
  }

  private static func write(_ text: String, to path: String, flags: Int32) throws {
    let descriptor = open(path, flags, 0o644)
    guard descriptor >= 0 else { throw FileFault(path) }
    defer { close(descriptor) }
    let bytes = Array(text.utf8)
    var written = 0
    while written < bytes.count {
      let count = bytes[written...].withUnsafeBytes { systemWrite(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw FileFault(path) }
      written += count
    }
    guard fsync(descriptor) == 0 else { throw FileFault(path) }
  }

  private static func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    #if canImport(Glibc)
      Glibc.write(descriptor, bytes, count)
    #elseif canImport(Musl)
      Musl.write(descriptor, bytes, count)
    #else
      Darwin.write(descriptor, bytes, count)
    #endif
  }
}
