import Testing

/// docs/configuration.md names the options that the command has.
@Suite("Options")
struct OptionTests {
  @Test("Every option is documented, and no other")
  func options() throws {
    let present = try Self.inCode()
    let documented = Set(
      try Project.text("docs/configuration.md").matches(of: /`(--[a-z][a-z-]*)/).map { String($0.1) })
    #expect(present.count > 20)
    for name in present.subtracting(documented).sorted() {
      Issue.record("docs/configuration.md does not explain \(name)")
    }
    for name in documented.subtracting(present).sorted() { Issue.record("the command has no \(name)") }
  }

  @Test("Names say what a user means, not how the code keeps it")
  func names() throws {
    for name in try Self.inCode() where name.hasSuffix("-flag") || name.hasSuffix("-option") {
      Issue.record("\(name) is named after its variable")
    }
  }

  /// The options and flags that the command declares, as `--max-body-bytes`.
  private static func inCode() throws -> Set<String> {
    var names: Set<String> = []
    for path in try Project.files(below: "Sources/cabstand", ending: ".swift") {
      for match in try Project.text(path).matches(of: /(?s)@(?:Option|Flag)\b(.*?)\bvar (\w+)/) {
        if let custom = match.1.firstMatch(of: /customLong\("([^"]+)"\)/) {
          names.insert("--\(custom.1)")
        } else {
          let words = match.2.replacing(/[A-Z]/) { "-\($0.0.lowercased())" }
          names.insert("--\(words)")
        }
      }
    }
    return names
  }
}
