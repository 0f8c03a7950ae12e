import FunctionKit
import Yams

/// A place in a YAML document that knows its path and gathers faults instead of stopping at the first.
struct SpecificationCursor {
  /// Gathers the faults of one file.
  final class Issues {
    var found: [SpecificationError.Issue] = []
  }

  /// The path from the root, empty at the root.
  let path: String
  private let node: Node
  private let issues: Issues

  init(path: String, node: Node, issues: Issues) {
    self.path = path
    self.node = node
    self.issues = issues
  }

  /// Notes a fault at this place.
  func report(_ message: String) {
    let mark = node.mark
    issues.found.append(.init(line: mark?.line ?? 1, column: mark?.column ?? 1, field: path, message: message))
  }

  private var kindName: String {
    switch node {
    case .scalar(let scalar): isNull ? "nothing" : "\"\(scalar.string)\""
    case .mapping: "a map"
    case .sequence: "a list"
    case .alias: "an alias"
    }
  }

  private func child(_ name: String, _ node: Node) -> SpecificationCursor {
    SpecificationCursor(path: path.isEmpty ? name : "\(path).\(name)", node: node, issues: issues)
  }

  /// Whether nothing is written here.
  var isNull: Bool {
    guard case .scalar(let scalar) = node, scalar.style == .plain || scalar.style == .any else { return false }
    return scalar.string.isEmpty || scalar.string == "~" || scalar.string == "null"
  }

  /// Whether a map is written here.
  var isMap: Bool { node.mapping != nil }

  /// The fields of a map whose names are known; unknown ones are faults.
  /// - Parameters:
  ///   - known: the names that mean something here.
  ///   - unsupported: names of nuclio that this runtime refuses, with the reason.
  func fields(_ known: [String], unsupported: [String: String] = [:]) -> [String: SpecificationCursor] {
    var fields: [String: SpecificationCursor] = [:]
    for (name, cursor) in entries() {
      if known.contains(name) {
        fields[name] = cursor
      } else if let reason = unsupported[name] {
        cursor.keyIssue(name, in: self, "is not supported: \(reason)")
      } else {
        cursor.keyIssue(name, in: self, "unknown field; \(Suggestion.sentence(for: name, in: known))")
      }
    }
    return fields
  }

  /// The entries of a map whose names are free, in the order of the file.
  func entries() -> [(name: String, cursor: SpecificationCursor)] {
    if isNull { return [] }
    guard let mapping = node.mapping else {
      report("expected a map, found \(kindName)")
      return []
    }
    var entries: [(String, SpecificationCursor)] = []
    for (key, value) in mapping {
      guard let name = key.scalar?.string else {
        report("expected a name before the colon")
        continue
      }
      entries.append((name, child(name, value)))
    }
    return entries
  }

  /// The elements of a list.
  func elements() -> [SpecificationCursor] {
    if isNull { return [] }
    guard let sequence = node.sequence else {
      report("expected a list, found \(kindName)")
      return []
    }
    return sequence.enumerated().map { index, node in
      SpecificationCursor(path: "\(path)[\(index)]", node: node, issues: issues)
    }
  }

  /// The scalar here, as it is written.
  func string() -> String? {
    guard case .scalar(let scalar) = node, !isNull else {
      report("expected a text, found \(kindName)")
      return nil
    }
    return scalar.string
  }

  /// The scalar here, which must not be empty.
  func name() -> String? {
    guard let text = string() else { return nil }
    guard !text.isEmpty else {
      report("must not be empty")
      return nil
    }
    return text
  }

  /// The boolean here.
  func boolean() -> Bool? {
    switch string() {
    case "true": return true
    case "false": return false
    case nil: return nil
    case .some(let text):
      report("expected true or false, found \"\(text)\"")
      return nil
    }
  }

  /// The whole number here.
  func integer(in range: ClosedRange<Int>) -> Int? {
    guard let text = string() else { return nil }
    guard let value = Int(text), range.contains(value) else {
      report("expected a whole number from \(range.lowerBound) to \(range.upperBound), found \"\(text)\"")
      return nil
    }
    return value
  }

  /// The duration here.
  func duration() -> Duration? {
    guard let text = string() else { return nil }
    guard let value = DurationText.parse(text) else {
      report("expected a duration such as \"20s\", \"500ms\" or \"1m30s\", found \"\(text)\"")
      return nil
    }
    return value
  }

  /// A map of scalars here.
  func strings() -> [String: String] {
    var strings: [String: String] = [:]
    for (name, cursor) in entries() {
      if let value = cursor.string() { strings[name] = value }
    }
    return strings
  }

  /// Where this is.
  var place: SpecificationPlaces.Place {
    .init(line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
  }

  /// Whatever is here, as a trigger's attribute.
  /// - Parameters:
  ///   - path: how the places name it.
  ///   - places: gets where this and everything in it stands.
  func attribute(_ path: String, _ places: inout SpecificationPlaces) -> TriggerAttribute {
    places.places[path] = place
    switch node {
    case .scalar(let scalar): return .scalar(scalar.string)
    case .sequence: return .list(elements().map { $0.attribute(path, &places) })
    case .mapping:
      var entries: [String: TriggerAttribute] = [:]
      for (name, cursor) in self.entries() { entries[name] = cursor.attribute("\(path).\(name)", &places) }
      places.places[path] = place
      return .map(entries)
    case .alias:
      report("aliases are not supported here")
      return .scalar("")
    }
  }

  /// Notes a fault of a key; its place is the key's, not its value's.
  private func keyIssue(_ name: String, in parent: SpecificationCursor, _ message: String) {
    let mark = parent.node.mapping?.first { $0.key.scalar?.string == name }?.key.mark ?? node.mark
    issues.found.append(.init(line: mark?.line ?? 1, column: mark?.column ?? 1, field: path, message: message))
  }
}
