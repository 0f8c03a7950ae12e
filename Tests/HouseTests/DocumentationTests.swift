import Foundation
import Testing

/// The documents say what is there.
@Suite("Documents")
struct DocumentationTests {
  static let paths: [String] =
    ((try? Project.names(in: "").filter { $0.hasSuffix(".md") }) ?? [])
    + ((try? Project.files(below: "docs", ending: ".md")) ?? [])

  @Test(
    "The documents are there",
    arguments: [
      "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE", "docs/architecture.md", "docs/http.md",
      "docs/configuration.md", "docs/operations.md", "docs/dependencies.md", "docs/benchmarks.md",
    ])
  func presence(path: String) { #expect(Project.exists(path)) }

  @Test("Links to files and headings lead somewhere", arguments: paths)
  func links(path: String) throws {
    let document = try Document(path)
    for (target, line) in document.links where !target.contains("://") && !target.hasPrefix("mailto:") {
      let parts = target.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      let folder = path.split(separator: "/").dropLast().joined(separator: "/")
      let file = parts[0].isEmpty ? path : Self.normalized("\(folder)/\(parts[0])")
      guard Project.exists(file) else {
        Issue.record("\(path):\(line): \(target) is not there")
        continue
      }
      if parts.count == 2, file.hasSuffix(".md"), try !Document(file).anchors.contains(parts[1]) {
        Issue.record("\(path):\(line): \(file) has no heading #\(parts[1])")
      }
    }
  }

  @Test("Every `make` target that a document names exists", arguments: paths)
  func makeTargets(path: String) throws {
    let makefile = try Project.text("Makefile")
    for (line, text) in try Document(path).code {
      if let match = text.prefixMatch(of: /make ([a-z-]+)/), !makefile.contains("\n\(match.1):") {
        Issue.record("\(path):\(line): the Makefile has no target \(match.1)")
      }
    }
  }

  @Test("Every file that a document names in code form exists", arguments: paths)
  func files(path: String) throws {
    for (index, line) in try Document(path).lines.enumerated() {
      let form = /`((?:Sources|Tests|functions|migrations|scripts|docker|docs|Benchmarks|\.ci)\/[A-Za-z0-9_.+\/-]+)`/
      for match in line.matches(of: form) where !Project.exists(String(match.1)) {
        Issue.record("\(path):\(index + 1): \(match.1) is not there")
      }
    }
  }

  @Test("Every function is in the README's or the architecture's table")
  func functions() throws {
    let text = try Project.text("README.md") + Project.text("docs/architecture.md")
    for function in FunctionFolder.all {
      #expect(text.contains("`\(function.name)`"), "\(function.name) is not described")
    }
  }

  @Test("Every environment variable that the code reads is documented, and no other")
  func environment() throws {
    let documented = Set(try Project.text("docs/configuration.md").matches(of: /CABSTAND_[A-Z_]+/).map { String($0.0) })
    var read: Set<String> = []
    for folder in ["Sources", "functions", "Tests"] {
      for path in try Project.files(below: folder, ending: ".swift") where !path.hasPrefix("Tests/HouseTests") {
        read.formUnion(try Project.text(path).matches(of: /CABSTAND_[A-Z_]+/).map { String($0.0) })
      }
    }
    for name in read.subtracting(documented).sorted() { Issue.record("docs/configuration.md does not explain \(name)") }
    for name in documented.subtracting(read).sorted() { Issue.record("nothing reads \(name) of docs/configuration.md") }
  }

  private static func normalized(_ path: String) -> String {
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == "..", !parts.isEmpty { parts.removeLast() } else { parts.append(part) }
    }
    return parts.joined(separator: "/")
  }
}
