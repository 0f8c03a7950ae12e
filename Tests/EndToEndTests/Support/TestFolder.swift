import EmbeddedStores
import Glibc

/// A temporary folder.
struct TestFolder: Sendable {
  /// Why there is none.
  struct Failure: Error {}

  let path: String

  init() throws {
    let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(base)/cabstand-e2e-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else { throw Failure() }
    path = String(cString: made)
    // PostgreSQL runs as another user when we are root, and must get through.
    chmod(path, 0o755)
  }

  func remove() { Directories.remove(path) }

  /// Writes a file into the folder.
  /// - Returns: its path.
  func write(_ text: String, to name: String) throws -> String {
    let file = "\(path)/\(name)"
    guard let handle = fopen(file, "w") else { throw Failure() }
    defer { fclose(handle) }
    let bytes = Array(text.utf8)
    guard fwrite(bytes, 1, bytes.count, handle) == bytes.count else { throw Failure() }
    return file
  }
}
