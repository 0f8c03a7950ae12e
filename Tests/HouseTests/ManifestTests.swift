import Testing

/// Package.swift says what the imports say.
@Suite("Package.swift")
struct ManifestTests {
  @Test("Dependencies keep the layers, every import is declared, and nothing is declared in vain")
  func dependencies() throws {
    guard let manifest = try Manifest.read() else {
      print("skipped: there is no swift on the PATH to read Package.swift with")
      return
    }
    for target in manifest.targets where target.type != "system" {
      let path = target.path ?? (target.type == "test" ? "Tests/\(target.name)" : "Sources/\(target.name)")
      if target.type != "test" {
        let isFunction = ModuleRules.functionModules.contains(target.name)
        let allowed = isFunction ? ModuleRules.allowedInFunctions : ModuleRules.allowed[target.name] ?? []
        for name in target.dependencyNames.subtracting(allowed).sorted() {
          Issue.record("\(target.name): may not depend on \(name)")
        }
      }
      var imported: Set<String> = []
      for file in try Project.sources(below: path) {
        for item in file.imports {
          imported.insert(item.module)
          let known = target.dependencyNames.union(ModuleRules.fromToolchain)
          if !known.contains(Self.partOfAProduct[item.module] ?? item.module) {
            Issue.record("\(file.path):\(item.line): \(target.name) does not declare \(item.module)")
          }
        }
      }
      let used = imported.union(imported.compactMap { Self.partOfAProduct[$0] })
      for name in target.dependencyNames.subtracting(used).sorted() {
        guard target.type != "test", !Self.templates.contains(target.name) else { continue }
        Issue.record("\(target.name): depends on \(name), which no file of it imports")
      }
    }
  }

  @Test("Every folder of Sources and Tests, and every function, is a target")
  func folders() throws {
    guard let manifest = try Manifest.read() else {
      print("skipped: there is no swift on the PATH to read Package.swift with")
      return
    }
    let declared = Set(manifest.targets.map { $0.path ?? ($0.type == "test" ? "Tests/" : "Sources/") + $0.name })
    let present =
      try Project.names(in: "Sources").map { "Sources/\($0)" } + Project.names(in: "Tests").map { "Tests/\($0)" }
      + FunctionFolder.all.map(\.path) + ["migrations", "tariffs"]
    for path in Set(present).subtracting(declared).sorted() { Issue.record("\(path) is no target of Package.swift") }
    for path in declared.subtracting(present).sorted() {
      Issue.record("Package.swift names \(path), which is not there")
    }
    for function in FunctionFolder.all {
      #expect(manifest.targets.contains { $0.name == function.module && $0.path == function.path })
    }
  }

  /// Modules that come with a product of another name.
  private static let partOfAProduct = ["CoreMetrics": "Metrics"]

  /// Targets whose dependencies are the same for all of their kind, whether each one uses all of them or not.
  private static let templates: Set<String> = ModuleRules.functionModules.union(["cabstand"])
}
