#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The bytes of a file, unpacked when it is a gzip file.
///
/// Unpacking is left to the `gzip` program at the other end of a pipe: it runs beside the reader and costs no library.
package enum DatasetBytes {
  /// The largest file that is taken, unpacked.
  package static let limit = 8 << 30

  /// Reads a whole file; blocks, so call it off the cooperative pool.
  /// - Parameter path: the file; `.gz` or not is told by its first bytes, not by its name.
  /// - Throws: `DatasetError`.
  package static func read(path: String) throws(DatasetError) -> [UInt8] {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw failure(path, "can't be opened") }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw failure(path, "can't be read") }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw DatasetError(file: path, reason: "is not a regular file")
    }
    var magic: (UInt8, UInt8) = (0, 0)
    let peeked = withUnsafeMutableBytes(of: &magic) { pread(file, $0.baseAddress, 2, 0) }
    if peeked == 2, magic == (0x1F, 0x8B) {
      return try unpack(path: path, file: file, packedSize: Int(status.st_size))
    }
    return try drain(path: path, file: file, expectedSize: Int(status.st_size))
  }

  private static func unpack(path: String, file: Int32, packedSize: Int) throws(DatasetError) -> [UInt8] {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw failure(path, "no pipe for gzip") }
    _ = fcntl(ends[0], F_SETFD, FD_CLOEXEC)
    _ = fcntl(ends[1], F_SETFD, FD_CLOEXEC)
    defer { close(ends[0]) }

    var child = pid_t()
    let spawned = spawn(&child, input: file, output: ends[1])
    close(ends[1])
    guard spawned == 0 else {
      throw DatasetError(file: path, reason: "is packed with gzip, and the gzip program could not be started")
    }
    let outcome = Result { () throws(DatasetError) in
      try drain(path: path, file: ends[0], expectedSize: packedSize * 5)
    }
    if case .failure = outcome { kill(child, SIGTERM) }
    var exit: Int32 = 0
    while waitpid(child, &exit, 0) < 0, errno == EINTR {}
    let bytes = try outcome.get()
    guard exit == 0 else { throw DatasetError(file: path, reason: "is not a whole gzip file") }
    return bytes
  }

  private static func spawn(_ child: inout pid_t, input: Int32, output: Int32) -> Int32 {
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
    #else
      var actions = posix_spawn_file_actions_t()
    #endif
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, input, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    var arguments: [UnsafeMutablePointer<CChar>?] = ["gzip", "-dc"].map { (word: String) in strdup(word) }
    arguments.append(nil)
    defer { for argument in arguments { free(argument) } }
    return posix_spawnp(&child, "gzip", &actions, nil, arguments, environ)
  }

  private static func drain(path: String, file: Int32, expectedSize: Int) throws(DatasetError) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(max(expectedSize, 0) + 4_096)
    var chunk = [UInt8](repeating: 0, count: 1 << 17)
    while true {
      let count = chunk.withUnsafeMutableBytes { Self.readSome(file, $0) }
      if count == 0 { return bytes }
      guard count > 0 else { throw failure(path, "can't be read") }
      bytes.append(contentsOf: chunk[..<count])
      guard bytes.count <= limit else {
        throw DatasetError(file: path, reason: "is larger than \(limit) bytes")
      }
    }
  }

  private static func readSome(_ file: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
    while true {
      #if canImport(Glibc)
        let count = Glibc.read(file, buffer.baseAddress, buffer.count)
      #elseif canImport(Musl)
        let count = Musl.read(file, buffer.baseAddress, buffer.count)
      #else
        let count = Darwin.read(file, buffer.baseAddress, buffer.count)
      #endif
      if count < 0, errno == EINTR { continue }
      return count
    }
  }

  private static func failure(_ path: String, _ what: String) -> DatasetError {
    DatasetError(file: path, reason: "\(what): \(String(cString: strerror(errno)))")
  }
}
