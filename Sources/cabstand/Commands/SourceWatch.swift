import Glibc

/// Notices that sources changed, by names, sizes and times: a look at a few hundred files takes a few milliseconds.
struct SourceWatch {
  let root: String

  private static let folders = ["Sources", "functions", "migrations"]
  private static let endings = [".swift", ".yaml", ".json", ".sql"]

  /// Differs when a file was changed, added or taken away.
  func fingerprint() -> UInt64 {
    var hash: UInt64 = 0
    for folder in Self.folders { Self.visit("\(root)/\(folder)", &hash) }
    Self.add("\(root)/Package.swift", &hash)
    return hash
  }

  private static func visit(_ path: String, _ hash: inout UInt64) {
    guard let directory = opendir(path) else { return }
    defer { closedir(directory) }
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      guard !name.hasPrefix(".") else { continue }
      if entry.pointee.d_type == UInt8(DT_DIR) {
        visit("\(path)/\(name)", &hash)
      } else if endings.contains(where: { name.hasSuffix($0) }) {
        add("\(path)/\(name)", &hash)
      }
    }
  }

  private static func add(_ path: String, _ hash: inout UInt64) {
    var status = stat()
    guard stat(path, &status) == 0 else { return }
    var own: UInt64 = 0xCBF2_9CE4_8422_2325
    func mix(_ value: UInt64) { own = (own ^ value) &* 0x100_0000_01B3 }
    for byte in path.utf8 { mix(UInt64(byte)) }
    mix(UInt64(bitPattern: Int64(status.st_size)))
    mix(UInt64(bitPattern: Int64(status.st_mtim.tv_sec)))
    mix(UInt64(bitPattern: Int64(status.st_mtim.tv_nsec)))
    // The order of a folder's entries means nothing.
    hash &+= own
  }
}
