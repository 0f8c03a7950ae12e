import DispatchAPI
import Foundation
import FunctionKit
import Testing

/// The OpenAPI document, as far as it is needed to hold answers against it.
struct InterfaceDocument: Sendable {
  private let root: JSONValue

  /// The document of this repository.
  static let shared = InterfaceDocument()

  private init() {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../../Sources/cabstand/openapi.json")
    let bytes = (try? Data(contentsOf: file)).map { [UInt8]($0) } ?? []
    root = (try? JSONValue(parsing: bytes)) ?? .null
    operations = Self.operations(root)
  }

  /// Every operation with its path.
  let operations: [(method: String, path: String, operation: JSONValue)]

  private static func operations(_ root: JSONValue) -> [(method: String, path: String, operation: JSONValue)] {
    guard case .object(let paths)? = root["paths"] else { return [] }
    return paths.flatMap { path, methods -> [(String, String, JSONValue)] in
      guard case .object(let methods) = methods else { return [] }
      return methods.map { ($0.key.uppercased(), path, $0.value) }
    }.sorted { ($0.1, $0.0) < ($1.1, $1.0) }
  }

  /// The operation that a request is for: of two routes that fit, the one with fewer placeholders.
  func operation(_ method: String, _ path: String) -> JSONValue? {
    let parts = path.split(separator: "/")
    return operations.filter { candidate in
      let route = candidate.path.split(separator: "/")
      return candidate.method == method && route.count == parts.count
        && zip(route, parts).allSatisfy { $0 == $1 || $0.hasPrefix("{") }
    }.min { $0.path.count(where: { $0 == "{" }) < $1.path.count(where: { $0 == "{" }) }?.operation
  }

  /// What is wrong with an answer: a status, a media type, a code or a body that the document does not promise.
  func faults(of answer: Answer, to method: String, _ path: String) -> [String] {
    guard let operation = operation(method, path) else { return ["no such route"] }
    guard let response = operation["responses"]?[String(answer.status)].map(resolved) else {
      return ["\(answer.status) is not documented"]
    }
    if let code = answer.code {
      let described = response["description"]?.text ?? ""
      return described.contains("`\(code)`") ? [] : ["\(answer.status) \(code) is not documented"]
    }
    guard let type = answer.contentType else { return response["content"] == nil ? [] : ["a body is missing"] }
    guard let media = response["content"]?[type] else { return ["\(type) is not documented"] }
    guard answer.events == nil, let schema = media["schema"] else { return [] }
    return faults(of: answer.json, by: schema, at: "$")
  }

  /// What is wrong with a value by a schema; members that the schema does not name are wrong too.
  func faults(of value: JSONValue, by schema: JSONValue, at path: String) -> [String] {
    let schema = resolved(schema)
    for word in ["oneOf", "anyOf"] {
      guard let choices = schema[word]?.items, !choices.isEmpty else { continue }
      let fitting = choices.count { faults(of: value, by: $0, at: path).isEmpty }
      if fitting == 0 || (word == "oneOf" && fitting > 1) { return ["\(path) fits \(fitting) of \(word)"] }
    }
    if let expected = schema["const"], expected != value { return ["\(path) is not \(expected)"] }
    if let allowed = schema["enum"]?.items, !allowed.contains(value) { return ["\(path) is none of the enum"] }
    if let type = schema["type"]?.text, !Self.fits(value, type) { return ["\(path) is \(value.kindName), not \(type)"] }
    if let number = value.double {
      if let least = schema["minimum"]?.double, number < least { return ["\(path) is below \(least)"] }
      if let most = schema["maximum"]?.double, number > most { return ["\(path) is above \(most)"] }
    }
    if let text = value.text, let pattern = schema["pattern"]?.text, let regex = try? Regex(pattern) {
      if text.firstMatch(of: regex) == nil { return ["\(path) does not match \(pattern)"] }
    }
    if let items = schema["items"] {
      return value.items.enumerated().flatMap { faults(of: $0.element, by: items, at: "\(path)[\($0.offset)]") }
    }
    return memberFaults(of: value, by: schema, at: path)
  }

  private func memberFaults(of value: JSONValue, by schema: JSONValue, at path: String) -> [String] {
    guard case .object(let members) = value, let properties = schema["properties"] else { return [] }
    var found = (schema["required"]?.items ?? []).compactMap(\.text).filter { members[$0] == nil }
      .map { "\(path).\($0) is missing" }
    for (name, member) in members.sorted(by: { $0.key < $1.key }) {
      if let property = properties[name] {
        found += faults(of: member, by: property, at: "\(path).\(name)")
      } else {
        found.append("\(path).\(name) is not documented")
      }
    }
    return found
  }

  private static func fits(_ value: JSONValue, _ type: String) -> Bool {
    switch (value, type) {
    case (.null, "null"), (.bool, "boolean"), (.string, "string"), (.array, "array"), (.object, "object"),
      (.number, "number"):
      true
    case (.number(let number), "integer"): number.integer != nil
    default: false
    }
  }

  /// What a reference leads to.
  func resolved(_ value: JSONValue) -> JSONValue {
    guard let reference = value["$ref"]?.text else { return value }
    return reference.split(separator: "/").dropFirst().reduce(root) { $0[String($1)] ?? .null }
  }
}
