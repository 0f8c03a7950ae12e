#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The file of a Unix domain socket.
enum SocketFile {
  /// Removes the file, if it is there.
  static func remove(_ path: String) {
    unlink(path)
  }
}
