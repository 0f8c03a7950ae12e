import Testing

/// Migrations are applied in the order of their numbers, once and for ever.
@Suite("migrations/")
struct MigrationTests {
  @Test("They are named NNNN_what.sql, numbered from 0001 without gaps")
  func numbers() throws {
    let names = try Project.names(in: "migrations").filter { $0.hasSuffix(".sql") }
    #expect(!names.isEmpty)
    for (index, name) in names.enumerated() {
      let match = name.wholeMatch(of: /(\d{4})_[a-z0-9_]+\.sql/)
      #expect(match.flatMap { Int($0.1) } == index + 1, "\(name) is number \(index + 1)")
    }
  }

  @Test("Each is carried by the program: Package.swift and Migrations.swift list it, in order")
  func lists() throws {
    let expected = try Project.names(in: "migrations").filter { $0.hasSuffix(".sql") }.map { $0.dropLast(4) }
    for path in ["Package.swift", "migrations/Migrations.swift"] {
      let listed = try Project.text(path).matches(of: /"(\d{4}_[a-z0-9_]+)"/).map(\.1)
      #expect(listed == expected, "\(path) lists other migrations than the folder holds")
    }
  }

  @Test("The code beside the scripts imports nothing")
  func code() throws {
    #expect(try Project.sources(below: "migrations").flatMap(\.imports).isEmpty)
  }

  @Test("A migration is one transaction, which the migrator opens and commits")
  func transactions() throws {
    for path in try Project.files(below: "migrations", ending: ".sql") {
      for (index, line) in try Project.text(path).split(separator: "\n", omittingEmptySubsequences: false).enumerated()
      {
        if line.contains(/(?i)^\s*(begin\s*(transaction|work)?\s*;|start\s+transaction|commit\s*;|rollback\s*;)/) {
          Issue.record("\(path):\(index + 1): controls the transaction")
        }
        if line.contains(/(?i)\bconcurrently\b/), !line.contains(/^\s*--/) {
          Issue.record("\(path):\(index + 1): CONCURRENTLY cannot run inside a transaction")
        }
      }
    }
  }
}
