public import FunctionKit
import Yams

/// Reads a function.yaml.
///
/// Every field is known or an error, with its line, column and what was expected.
public struct SpecificationReader: Sendable {
  private let environment: [String: String]
  private let readFile: @Sendable (String) throws -> String

  /// Creates a reader.
  /// - Parameters:
  ///   - environment: what `valueFrom: {env: NAME}` looks in.
  ///   - readFile: how `valueFrom: {file: PATH}` reads a file; the default reads it from the file system.
  public init(
    environment: [String: String],
    readFile: @escaping @Sendable (String) throws -> String = { try TextFile.read($0) }
  ) {
    self.environment = environment
    self.readFile = readFile
  }

  /// Reads a specification.
  /// - Parameters:
  ///   - yaml: the text.
  ///   - file: how errors name the file.
  /// - Returns: the specification.
  /// - Throws: `SpecificationError` with every fault found.
  public func read(_ yaml: String, file: String) throws(SpecificationError) -> FunctionSpecification {
    let issues = SpecificationCursor.Issues()
    let root: Node
    do {
      guard let node = try Yams.compose(yaml: yaml) else {
        throw SpecificationError(
          file: file, issues: [.init(line: 1, column: 1, field: "", message: "the file is empty")])
      }
      root = node
    } catch let error as SpecificationError {
      throw error
    } catch {
      throw SpecificationError(file: file, issues: [Self.issue(of: error)])
    }
    let specification = document(SpecificationCursor(path: "", node: root, issues: issues))
    guard issues.found.isEmpty, var specification else {
      throw SpecificationError(file: file, issues: issues.found)
    }
    for name in specification.triggers.keys { specification.triggers[name]?.places.file = file }
    return specification
  }

  private func document(_ root: SpecificationCursor) -> FunctionSpecification? {
    let fields = root.fields(["apiVersion", "kind", "metadata", "spec"])
    if let version = fields["apiVersion"], let text = version.string(), !["nuclio.io/v1", "v1"].contains(text) {
      version.report("expected \"nuclio.io/v1\", found \"\(text)\"")
    }
    if let kind = fields["kind"], let text = kind.string(), text != "NuclioFunction" {
      kind.report("expected NuclioFunction, found \"\(text)\"")
    }
    guard let metadata = fields["metadata"] else {
      root.report("metadata.name is missing")
      return nil
    }
    guard let spec = fields["spec"] else {
      root.report("spec is missing")
      return nil
    }
    let names = metadata.fields(["name", "namespace", "labels", "annotations"])
    _ = names["namespace"]?.name()
    _ = names["annotations"]?.strings()
    if names["name"] == nil { metadata.report("metadata.name is missing") }
    let name = names["name"]?.name()
    if let cursor = names["name"], let name, !Self.isName(name) {
      cursor.report("expected lower-case letters, digits and dashes, found \"\(name)\"")
    }
    guard var specification = FunctionReader(value: value).read(spec, name: name ?? "") else { return nil }
    specification.labels = names["labels"]?.strings() ?? [:]
    return specification
  }

  /// Resolves `value` or `valueFrom`.
  private func value(_ fields: [String: SpecificationCursor]) -> String? {
    switch (fields["value"], fields["valueFrom"]) {
    case (let value?, nil):
      return value.isNull ? "" : value.string()
    case (nil, let from?):
      let sources = from.fields(["env", "file"])
      switch (sources["env"], sources["file"]) {
      case (let variable?, nil):
        guard let name = variable.name() else { return nil }
        guard let value = environment[name] else {
          variable.report("the environment has no variable \(name)")
          return nil
        }
        return value
      case (nil, let file?):
        guard let path = file.name() else { return nil }
        do {
          return try readFile(path)
        } catch {
          file.report("cannot read the file: \(error)")
          return nil
        }
      default:
        from.report("expected either env or file")
        return nil
      }
    case (let value?, .some):
      value.report("expected either value or valueFrom, found both")
      return nil
    case (nil, nil):
      return nil
    }
  }

  private static func isName(_ text: String) -> Bool {
    text.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
      && text.utf8.count <= 63
  }

  static func issue(of error: any Error) -> SpecificationError.Issue {
    switch error {
    case YamlError.scanner(_, let problem, let mark, _), YamlError.parser(_, let problem, let mark, _),
      YamlError.composer(_, let problem, let mark, _):
      return .init(line: mark.line, column: mark.column, field: "", message: "not YAML: \(problem)")
    case YamlError.duplicatedKeysInMapping(let duplicates, let context):
      return .init(
        line: context.mark.line, column: context.mark.column, field: duplicates.joined(separator: ", "),
        message: "the field is there twice")
    default:
      return .init(line: 1, column: 1, field: "", message: "not YAML: \(error)")
    }
  }
}
