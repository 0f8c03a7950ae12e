import Testing

/// What the formatter does not check.
@Suite("Form of the sources")
struct SourceFormTests {
  static let longestFileLines = 400

  @Test("No Swift file is longer than a room", arguments: ["Sources", "functions", "Tests", "Benchmarks"])
  func length(folder: String) throws {
    for file in try Project.sources(below: folder) where file.lineCount > Self.longestFileLines {
      Issue.record("\(file.path): \(file.lineCount) lines; split it by noun")
    }
  }

  /// Files that may trap, and why.
  static let mayTrap: [String: String] = [:]

  @Test("Nothing that ships can trap on a nil or an error", arguments: ["Sources", "functions"])
  func traps(folder: String) throws {
    for file in try Project.sources(below: folder) where Self.mayTrap[file.path] == nil {
      for line in file.lines(matching: /\b(?:try|as)!|[\w)\]]!(?![=])/) {
        Issue.record("\(file.path):\(line): force-unwraps, force-casts or forces a try")
      }
    }
  }

  @Test("The list of exceptions names files that exist")
  func exceptions() { for path in Self.mayTrap.keys { #expect(Project.exists(path)) } }

  @Test("Nothing that ships waits to be written", arguments: ["Sources", "functions"])
  func unfinished(folder: String) throws {
    for path in try Project.files(below: folder, ending: ".swift") {
      for (index, line) in try Project.text(path).split(separator: "\n", omittingEmptySubsequences: false).enumerated()
      where line.contains(/\b(?:TODO|FIXME|XXX)\b/) {
        Issue.record("\(path):\(index + 1): left to do")
      }
    }
  }

  @Test("Scripts can be run and are sound")
  func scripts() throws {
    guard Command.path(of: "bash") != nil else {
      print("skipped: there is no bash on the PATH")
      return
    }
    let scripts =
      try Self.scriptFiles("scripts") + [".ci/run"]
      + Project.files(below: "Benchmarks", ending: "/run.sh")
    for script in scripts {
      let answer = try #require(try Command.run("bash", ["-n", script]))
      #expect(answer.status == 0, "\(answer.errors)")
      #expect(Command.isExecutable(script), "\(script) is not executable")
    }
  }

  /// The files below a folder whose first line asks for a shell.
  private static func scriptFiles(_ folder: String) throws -> [String] {
    try Project.files(below: folder, ending: "").filter { path in
      try Project.text(path).prefixMatch(of: /#![^\n]*\bb?a?sh\b/) != nil
    }
  }
}
