import EmbeddedStores
import Glibc

/// The processes of this machine.
enum ProcessList {
  /// Those that have to do with a folder: by their command line or by the directory they are in.
  static func naming(_ folder: String) -> [String] {
    Directories.names(in: "/proc").compactMap { name in
      guard Int32(name) != nil, Int32(name) != getpid() else { return nil }
      let line = (Directories.text(of: "/proc/\(name)/cmdline") ?? "").split(separator: "\0").joined(separator: " ")
      guard line.contains(folder) || directory(of: name).hasPrefix(folder) else { return nil }
      return "\(name) \(line)"
    }
  }

  /// Waits until none is left.
  /// - Returns: those that would not go.
  static func afterWaiting(_ folder: String) async throws -> [String] {
    do {
      return try await eventually("the end of all processes of \(folder)") { naming(folder).isEmpty ? [] : nil }
    } catch is NeverCame {
      return naming(folder)
    }
  }

  private static func directory(of process: String) -> String {
    var buffer = [UInt8](repeating: 0, count: 4_096)
    let count = buffer.withUnsafeMutableBytes { bytes in
      bytes.baseAddress.map {
        readlink("/proc/\(process)/cwd", $0.assumingMemoryBound(to: CChar.self), bytes.count)
      } ?? 0
    }
    return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : ""
  }
}
