import Foundation

/// Package.swift as SwiftPM understands it.
struct Manifest: Decodable {
  struct Target: Decodable {
    let name: String
    /// `regular`, `executable`, `test` or `system`.
    let type: String
    let path: String?
    private let dependencies: [Dependency]

    /// The modules that the target depends on: of ours, or products of other packages.
    var dependencyNames: Set<String> { Set(dependencies.compactMap(\.name)) }
  }

  /// `{"byName": ["X", null]}`, `{"target": ["X", null]}` or `{"product": ["X", "package", null, null]}`.
  private struct Dependency: Decodable {
    let name: String?

    init(from decoder: any Decoder) throws {
      let kinds = try decoder.singleValueContainer().decode([String: [Part]].self)
      name = kinds.values.first?.first?.text
    }
  }

  /// One part of a dependency; only texts are of interest.
  private struct Part: Decodable {
    let text: String?

    init(from decoder: any Decoder) throws {
      text = try? decoder.singleValueContainer().decode(String.self)
    }
  }

  let targets: [Target]

  /// Reads it by asking SwiftPM.
  /// - Returns: nil where there is no `swift` on the PATH.
  static func read() throws -> Manifest? {
    // A scratch folder of its own: the one of the running tests may be locked.
    let scratch = FileManager.default.temporaryDirectory.appending(path: "house-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    let answer = try Command.run(
      "swift", ["package", "--package-path", Project.root, "--scratch-path", scratch, "dump-package"])
    guard let answer else { return nil }
    guard answer.status == 0 else { throw HouseError("swift package dump-package failed:\n\(answer.errors)") }
    return try JSONDecoder().decode(Manifest.self, from: Data(answer.output.utf8))
  }
}

/// Why a check could not be made.
struct HouseError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
