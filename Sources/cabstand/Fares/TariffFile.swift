import ArgumentParser
import DispatchCore
import Tariffs
import Yams

/// Reads tariffs from YAML: the texts of its scalars as they are written, so that no number passes through binary fractions.
enum TariffFile {
  /// The tariff of a file, or the example of that name; blocks.
  /// - Throws: `ValidationError` that names the field and what was expected.
  static func read(_ name: String) throws -> Tariff {
    if let example = Tariffs.all.first(where: { $0.name == name }) { return try parse(example.yaml, file: name) }
    guard let text = TextFile.text(at: name) else {
      let examples = Tariffs.all.map(\.name).joined(separator: ", ")
      throw ValidationError("The tariff \(name) cannot be read, and is none of the examples \(examples).")
    }
    return try parse(text, file: name)
  }

  /// Reads a text.
  static func parse(_ yaml: String, file: String) throws -> Tariff {
    var fields: [(String, String)] = []
    do {
      guard let root = try Yams.compose(yaml: yaml), root.mapping != nil else {
        throw ValidationError("\(file): a mapping of fields was expected.")
      }
      try flatten(root, "", depth: 0, into: &fields)
    } catch let error as YamlError {
      throw ValidationError("\(file): not YAML: \(error)")
    } catch let error as TariffFault {
      throw ValidationError("\(file): \(error.text)")
    }
    do throws(TariffError) {
      return try Tariff(TariffDocument(fields: fields))
    } catch {
      throw ValidationError("\(file): \(error)")
    }
  }

  private struct TariffFault: Error {
    var text: String
  }

  private static func flatten(
    _ node: Node, _ path: String, depth: Int, into fields: inout [(String, String)]
  ) throws {
    guard depth < 8, fields.count < 20_000 else { throw TariffFault(text: "\(path) is too deep, or there is too much") }
    func below(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }
    switch node {
    case .scalar(let scalar): fields.append((path, scalar.string))
    case .mapping(let mapping):
      for (key, value) in mapping {
        guard let name = key.string, !name.isEmpty, !name.contains(where: { ".= \n".contains($0) }) else {
          throw TariffFault(text: "\(path) has a field whose name cannot be")
        }
        try flatten(value, below(name), depth: depth + 1, into: &fields)
      }
    case .sequence(let sequence):
      for (index, value) in sequence.enumerated() {
        try flatten(value, below("\(index)"), depth: depth + 1, into: &fields)
      }
    case .alias: throw TariffFault(text: "\(path) is an alias, which is not supported")
    }
  }
}
