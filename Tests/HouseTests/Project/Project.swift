import Foundation

/// The files of this checkout.
enum Project {
  /// The folder of Package.swift.
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path

  /// The text of a file.
  /// - Parameter path: relative to the root.
  static func text(_ path: String) throws -> String {
    try String(contentsOfFile: "\(root)/\(path)", encoding: .utf8)
  }

  /// Whether a file or folder exists.
  /// - Parameter path: relative to the root.
  static func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: "\(root)/\(path)")
  }

  /// The names in a folder, sorted, without hidden ones.
  /// - Parameter path: relative to the root.
  static func names(in path: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "\(root)/\(path)").filter { !$0.hasPrefix(".") }.sorted()
  }

  /// All files below a folder whose names end so, relative to the root and sorted.
  ///
  /// Hidden folders are left out (they hold what was built) and so are symbolic links.
  static func files(below path: String, ending: String) throws -> [String] {
    var found: [String] = []
    for name in try names(in: path) {
      let child = path.isEmpty ? name : "\(path)/\(name)"
      let kind = try FileManager.default.attributesOfItem(atPath: "\(root)/\(child)")[.type] as? FileAttributeType
      if kind == .typeDirectory {
        found += try files(below: child, ending: ending)
      } else if kind == .typeRegular, name.hasSuffix(ending) {
        found.append(child)
      }
    }
    return found
  }

  /// The Swift files below a folder.
  static func sources(below path: String) throws -> [SourceFile] {
    try files(below: path, ending: ".swift").map(SourceFile.init)
  }
}
