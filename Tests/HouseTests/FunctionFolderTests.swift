import Testing
import Yams

/// Every function is a folder with a description and its code.
@Suite("functions/")
struct FunctionFolderTests {
  @Test("There are functions") func some() { #expect(!FunctionFolder.all.isEmpty) }

  @Test("A folder holds function.yaml and the type that it names", arguments: FunctionFolder.all.map(\.name))
  func folder(name: String) throws {
    let folder = FunctionFolder(name: name)
    let files = try Project.names(in: folder.path)
    try #require(files.contains("function.yaml"))
    let document = try #require(try Yams.load(yaml: Project.text("\(folder.path)/function.yaml")) as? [String: Any])
    let metadata = try #require(document["metadata"] as? [String: Any])
    let specification = try #require(document["spec"] as? [String: Any])
    #expect(document["kind"] as? String == "NuclioFunction")
    #expect(metadata["name"] as? String == name)
    #expect((specification["description"] as? String)?.isEmpty == false)
    #expect((specification["triggers"] as? [String: Any])?.isEmpty == false)

    let handler = try #require(specification["handler"] as? String)
    let type = try Regex("\\bstruct (\(handler)|\(handler)Function)\\b")
    let isThere = try Project.sources(below: folder.path).contains { file in
      file.path.hasSuffix("/\(folder.module).swift") && file.lines.contains { $0.contains(type) }
    }
    #expect(isThere, "\(folder.module).swift declares no struct \(handler)")
  }
}
