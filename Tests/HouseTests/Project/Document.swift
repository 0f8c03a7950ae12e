/// A Markdown file.
struct Document {
  /// Its lines, code blocks included.
  let lines: [String]
  private let prose: [(line: Int, text: String)]
  /// The lines of code blocks and the code within lines, each with its line (from 1).
  let code: [(line: Int, text: String)]

  /// Reads a document.
  /// - Parameter path: relative to the root.
  init(_ path: String) throws {
    lines = try Project.text(path).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    var isCode = false
    var prose: [(Int, String)] = []
    var code: [(Int, String)] = []
    for (index, line) in lines.enumerated() {
      if line.hasPrefix("```") {
        isCode.toggle()
      } else if isCode {
        code.append((index + 1, line))
      } else {
        prose.append((index + 1, line))
        code += line.matches(of: /`([^`]+)`/).map { (index + 1, String($0.1)) }
      }
    }
    self.prose = prose
    self.code = code
  }

  /// The targets of links and images outside of code, each with its line (from 1).
  var links: [(target: String, line: Int)] {
    prose.flatMap { line, text in
      text.replacing(/`[^`]*`/, with: "code").matches(of: /\]\(([^)\s]+)\)/).map { (String($0.1), line) }
    }
  }

  /// The anchors of the headings, as code hosts make them.
  var anchors: Set<String> {
    var seen: [String: Int] = [:]
    var result: Set<String> = []
    for (_, text) in prose {
      guard let heading = text.wholeMatch(of: /#{1,6}\s+(.*)/) else { continue }
      let anchor = heading.1.lowercased().filter { $0.isLetter || $0.isNumber || " -_".contains($0) }
        .replacing(" ", with: "-")
      let earlier = seen[anchor, default: 0]
      seen[anchor] = earlier + 1
      result.insert(earlier == 0 ? anchor : "\(anchor)-\(earlier)")
    }
    return result
  }
}
