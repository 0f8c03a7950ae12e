import Glibc

/// This process.
enum ProcessInformation {
  /// Its id.
  static var id: Int32 { getpid() }

  /// The file that it runs.
  static var executable: String {
    var buffer = [UInt8](repeating: 0, count: 4_096)
    let count = buffer.withUnsafeMutableBytes { bytes in
      bytes.baseAddress.map { readlink("/proc/self/exe", $0.assumingMemoryBound(to: CChar.self), bytes.count) } ?? 0
    }
    guard count > 0 else { return CommandLine.arguments.first ?? "cabstand" }
    return String(decoding: buffer[..<count], as: UTF8.self)
  }

  /// The environment as a map.
  static var environment: [String: String] {
    var result: [String: String] = [:]
    var entry = environ
    while let text = entry.pointee {
      let parts = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 2 { result[String(parts[0])] = String(parts[1]) }
      entry += 1
    }
    return result
  }
}
