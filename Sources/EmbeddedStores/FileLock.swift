import Glibc

/// An advisory lock on a file, held until it is released or the process ends, however it ends.
package final class FileLock: Sendable {
  private let descriptor: Int32

  private init(descriptor: Int32) { self.descriptor = descriptor }

  deinit {
    // Closing alone is not enough: a child that is just being spawned shares the open file until it runs its program.
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }

  /// Takes the lock and writes our process id into the file.
  /// - Parameter path: the lock file; created when missing.
  /// - Throws: `EmbeddedStoreError` with code `inUse` when a living process holds it.
  package static func acquire(_ path: String) throws(EmbeddedStoreError) -> FileLock {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .system("open \(path)", errno) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      let holder = Directories.text(of: path)?.split(separator: "\n").first.map(String.init) ?? "unknown"
      throw .init(.inUse, "\(path) is locked by process \(holder)")
    }
    let line = "\(getpid())\n"
    _ = ftruncate(descriptor, 0)
    _ = line.withCString { pwrite(descriptor, $0, line.utf8.count, 0) }
    return FileLock(descriptor: descriptor)
  }
}
