import Foundation

/// A Swift file with its comments and the contents of its string literals blanked out.
struct SourceFile {
  /// Relative to the root of the project.
  let path: String
  /// How many lines the file has, comments included.
  let lineCount: Int
  /// The code, line by line.
  let lines: [String]

  init(_ path: String) throws {
    let text = try Project.text(path)
    self.init(path: path, text: text)
  }

  init(path: String, text: String) {
    self.path = path
    lines = CodeOnly.of(text).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    lineCount = text.utf8.count { $0 == 0x0A }
  }

  /// The modules that the file imports, each with its line (from 1) and attributes.
  var imports: [Import] {
    let form =
      /^\s*((?:@\w+(?:\([^)]*\))?\s+)*)(?:(?:public|package|internal|private|fileprivate)\s+)?import\s+(?:(?:struct|class|enum|protocol|typealias|func|let|var|actor)\s+)?(\w+)/
    var found: [Import] = []
    for (index, line) in lines.enumerated() where line.contains("import") {
      for statement in line.split(separator: ";") {
        guard let match = statement.prefixMatch(of: form) else { continue }
        found.append(Import(module: String(match.2), line: index + 1, isReexport: match.1.contains("@_exported")))
      }
    }
    return found
  }

  /// The lines (from 1) that match.
  func lines(matching pattern: Regex<Substring>) -> [Int] {
    lines.indices.filter { lines[$0].contains(pattern) }.map { $0 + 1 }
  }
}

/// One import of a file.
struct Import {
  let module: String
  let line: Int
  /// Whether the file passes the module on to whoever imports its own.
  let isReexport: Bool
}
