import EmbeddedStores
import Glibc

/// Swift's program that writes the backtrace of a crash. A binary that has Swift's libraries linked in does not find it by itself.
enum Backtracer {
  /// What `SWIFT_BACKTRACE` tells a worker where nobody has set it: to write the crashed thread to stderr, or nothing where the program is missing.
  static func setting(for program: String) -> String {
    guard let path = path(beside: program) else { return "enable=no" }
    return "enable=yes,interactive=no,color=no,threads=crashed,registers=none,images=none,symbolicate=fast,"
      + "limit=32,timeout=10s,swift-backtrace=\(path)"
  }

  /// Beside our own program, or in the toolchain on the `PATH`.
  private static func path(beside program: String) -> String? {
    let toolchain = findExecutable("swift").flatMap { realPath($0) }.map { folder(of: folder(of: $0)) }
    return [folder(of: program), toolchain.map { $0 + "/libexec/swift/linux" }, "/usr/libexec/swift/linux"].lazy
      .compactMap { $0.map { $0 + "/swift-backtrace" } }.first { access($0, X_OK) == 0 }
  }

  private static func folder(of path: String) -> String {
    path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
  }

  private static func realPath(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }
}
