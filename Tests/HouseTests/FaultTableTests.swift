import Foundation
import Testing

/// The tables of faults name tests that there are.
@Suite("Faults and their tests")
struct FaultTableTests {
  @Test("Every test that docs/triggers.md names for a fault is there")
  func named() throws {
    let document = try Project.text("docs/triggers.md")
    let heading = try #require(document.range(of: "## nuclio's faults, and the tests here"))
    let rows = document[heading.upperBound...].split(separator: "\n").filter { $0.hasPrefix("| ") }
    #expect(rows.count >= 24)
    let sources = try Project.files(below: "Tests", ending: ".swift").map(Project.text).joined()
    for row in rows {
      let cell = row.split(separator: "|").dropFirst().first ?? ""
      // Folders and suites stand in parentheses.
      let names = cell.replacing(/\([^)]*\)/, with: "").matches(of: /`([^`]+)`/).map { String($0.1) }
      guard !cell.contains("---"), !cell.contains("the test") || !names.isEmpty else { continue }
      #expect(!names.isEmpty, "no test in \(row)")
      for name in names {
        let text = name.hasSuffix("…") ? String(name.dropLast()) : name
        let forms = ["func \(text)(", "func `\(text)`", "@Test(\"\(text)"]
        #expect(forms.contains { sources.contains($0) }, "there is no test \(name)")
      }
    }
  }
}
