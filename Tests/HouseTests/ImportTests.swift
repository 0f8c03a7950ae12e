import Testing

/// Every import keeps the layers: arrows point one way, and only the clients see a C module.
@Suite("Imports")
struct ImportTests {
  @Test("Every module of Sources is in the table, and the table names no other")
  func tableIsComplete() throws {
    #expect(try Project.names(in: "Sources") == ModuleRules.allowed.keys.sorted())
  }

  @Test("A module imports only what the table allows it", arguments: ModuleRules.allowed.keys.sorted())
  func modules(module: String) throws {
    try check(Project.sources(below: "Sources/\(module)"), allowed: ModuleRules.allowed[module] ?? [])
  }

  @Test("A function sees ports, never a store or the runtime", arguments: FunctionFolder.all.map(\.path))
  func functions(path: String) throws {
    try check(Project.sources(below: path), allowed: ModuleRules.allowedInFunctions)
  }

  @Test("Tests test Swift modules: no C module, no XCTest")
  func tests() throws {
    for file in try Project.sources(below: "Tests") {
      for item in file.imports where ["CLibpq", "CHiredis", "XCTest"].contains(item.module) {
        Issue.record("\(file.path):\(item.line): imports \(item.module)")
      }
    }
  }

  @Test("No module of ours is called Dispatch, which is the system's")
  func dispatch() {
    #expect(!ModuleRules.allowed.keys.contains("Dispatch") && !ModuleRules.functionModules.contains("Dispatch"))
  }

  private func check(_ files: [SourceFile], allowed: Set<String>) throws {
    for file in files {
      for item in file.imports {
        if !allowed.contains(item.module) {
          Issue.record("\(file.path):\(item.line): may not import \(item.module)")
        }
        if item.isReexport {
          Issue.record("\(file.path):\(item.line): passes \(item.module) on; let each file import what it uses")
        }
      }
    }
  }
}

/// The scanner that the import rules rest on.
@Suite("Import scanner")
struct ImportScannerTests {
  @Test(
    "Every form of import is seen",
    arguments: [
      "import NIOCore", "  import NIOCore", "public import NIOCore", "package import NIOCore",
      "@testable import NIOCore", "@preconcurrency public import NIOCore", "@_spi(Secret) import NIOCore",
      "import struct NIOCore.ByteBuffer", "internal import class NIOCore.Channel", "let a = 1; import NIOCore",
      "/* why */ import NIOCore", "#if os(Linux)\nimport NIOCore\n#endif",
    ])
  func forms(text: String) {
    #expect(SourceFile(path: "x", text: text).imports.map(\.module) == ["NIOCore"])
  }

  @Test(
    "What only looks like an import is not one",
    arguments: [
      "// import NIOCore", "/* import NIOCore */", "/* /* nested */\nimport NIOCore */",
      #"let text = "import NIOCore""#,
      "let text = \"\"\"\nimport NIOCore\n\"\"\"", "let text = #\"\"\"\n\"\"\"\nimport NIOCore\n\"\"\"#", "important()",
    ])
  func impostors(text: String) {
    #expect(SourceFile(path: "x", text: text).imports.isEmpty)
  }

  @Test("Code goes on after strings, interpolations and empty strings")
  func strings() {
    let text = #"let a = "", b = "x\(f("y", (1)))z", c = "\"""# + "\nimport NIOCore"
    let file = SourceFile(path: "x", text: text)
    #expect(file.imports.map(\.line) == [2])
    #expect(file.lines[0] == #"let a = "", b = "  (f(" ", (1))) ", c = "  ""#)
  }

  @Test("A re-export is told from a plain import")
  func reexport() {
    #expect(SourceFile(path: "x", text: "@_exported import A\nimport B").imports.map(\.isReexport) == [true, false])
  }
}
