import Foundation
import Testing
import Yams

/// The interface's description names the routes that there are.
@Suite("openapi.json")
struct OpenAPITests {
  static let path = "Sources/cabstand/openapi.json"

  @Test("Its routes are those of the functions and of the server itself")
  func routes() throws {
    let described = try Self.described()
    let present = try Self.ofFunctions().union(Self.ofServer())
    for route in present.subtracting(described).sorted() { Issue.record("\(Self.path) does not describe \(route)") }
    for route in described.subtracting(present).sorted() { Issue.record("nothing serves \(route)") }
  }

  @Test("docs/http.md names every route too")
  func documented() throws {
    let text = try Project.text("docs/http.md")
    for route in try Self.described() {
      let path = route.split(separator: " ")[1]
      // Steps of one kind share a heading.
      let isNamed = text.contains(path) || path.split(separator: "/").last.map { text.contains("`\($0)`") } == true
      #expect(isNamed, "docs/http.md does not name \(path)")
    }
  }

  @Test("Its references lead somewhere, and operations have ids of their own")
  func references() throws {
    let text = try Project.text(Self.path)
    let document = try Self.document()
    let components = try #require(document["components"] as? [String: [String: Any]])
    for match in text.matches(of: ##/"\$ref": "#\/components\/(\w+)\/(\w+)"/##) {
      #expect(components[String(match.1)]?[String(match.2)] != nil, "\(match.0) leads nowhere")
    }
    let ids = text.matches(of: /"operationId": "(\w+)"/).map(\.1)
    #expect(!ids.isEmpty && Set(ids).count == ids.count)
  }

  private static func document() throws -> [String: Any] {
    try #require(JSONSerialization.jsonObject(with: Data(Project.text(path).utf8)) as? [String: Any])
  }

  /// The routes that the document has, as `GET /v1/rides`.
  private static func described() throws -> Set<String> {
    let paths = try #require(document()["paths"] as? [String: [String: Any]])
    return Set(paths.flatMap { path, operations in operations.keys.map { "\($0.uppercased()) \(path)" } })
  }

  private static func ofFunctions() throws -> Set<String> {
    var routes: Set<String> = []
    for function in FunctionFolder.all {
      let yaml = try Yams.load(yaml: Project.text("\(function.path)/function.yaml")) as? [String: Any]
      let specification = yaml?["spec"] as? [String: Any]
      for trigger in (specification?["triggers"] as? [String: [String: Any]] ?? [:]).values {
        let attributes = trigger["attributes"] as? [String: Any]
        for ingress in (attributes?["ingresses"] as? [String: [String: Any]] ?? [:]).values {
          for method in ingress["methods"] as? [String] ?? ["POST"] {
            for path in ingress["paths"] as? [String] ?? [] { routes.insert("\(method) \(path)") }
          }
        }
      }
    }
    return routes
  }

  private static func ofServer() throws -> Set<String> {
    let text = try Project.files(below: "Sources/cabstand/Serving", ending: ".swift").map(Project.text).joined()
    return Set(text.matches(of: /\.route\("([A-Z]+)", "([^"]+)"/).map { "\($0.1) \($0.2)" })
  }
}
