import FunctionKit
import Foundation

/// Foundation's view of a JSON text: the reference.
enum ReferenceJSON: Decodable, Equatable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([ReferenceJSON])
  case object([String: ReferenceJSON])

  /// Parses a text; nil where Foundation refuses it.
  init?(parsing bytes: [UInt8]) {
    guard let value = try? JSONDecoder().decode(ReferenceJSON.self, from: Data(bytes)) else { return nil }
    self = value
  }

  init(from decoder: any Decoder) throws {
    if let container = try? decoder.container(keyedBy: Key.self) {
      var members: [String: ReferenceJSON] = [:]
      for key in container.allKeys { members[key.stringValue] = try container.decode(ReferenceJSON.self, forKey: key) }
      self = .object(members)
    } else if var container = try? decoder.unkeyedContainer() {
      var elements: [ReferenceJSON] = []
      while !container.isAtEnd { elements.append(try container.decode(ReferenceJSON.self)) }
      self = .array(elements)
    } else {
      let container = try decoder.singleValueContainer()
      if container.decodeNil() {
        self = .null
      } else if let value = try? container.decode(Bool.self) {
        self = .bool(value)
      } else if let value = try? container.decode(String.self) {
        self = .string(value)
      } else {
        self = .number(try container.decode(Double.self))
      }
    }
  }

  private struct Key: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  /// Our view in Foundation's terms.
  init(_ value: JSONValue) {
    switch value {
    case .null: self = .null
    case .bool(let flag): self = .bool(flag)
    case .number(let number): self = .number(number.double)
    case .string(let text): self = .string(text)
    case .array(let elements): self = .array(elements.map(ReferenceJSON.init))
    case .object(let members): self = .object(members.mapValues(ReferenceJSON.init))
    }
  }
}
