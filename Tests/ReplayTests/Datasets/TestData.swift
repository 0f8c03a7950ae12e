#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The recorded files, where they are at hand.
enum TestData {
  /// The path of a file: below `CABSTAND_DATA`, or beside the package.
  /// - Returns: nil where there is none; the reason is printed.
  static func path(_ name: String) -> String? {
    let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(4).joined(separator: "/")
    let folders = [
      getenv("CABSTAND_DATA").map { String(cString: $0) }, root + "/../shared/data", root + "/../../shared/data",
    ]
    for case let folder? in folders where access(folder + "/" + name, R_OK) == 0 { return folder + "/" + name }
    print("skipped: \(name) is not at hand; CABSTAND_DATA names the folder of the recorded files")
    return nil
  }
}
