import FunctionKit

/// Reads a trigger's attributes; whatever its kind does not know is an error at start.
struct AttributeReader {
  private let origin: String
  private let path: String
  private let places: SpecificationPlaces
  private let attributes: [String: TriggerAttribute]

  /// Creates a reader.
  /// - Parameters:
  ///   - trigger: the trigger.
  ///   - origin: names the trigger in errors.
  ///   - known: the attributes of its kind.
  /// - Throws: `SetupError` where there are others.
  init(_ trigger: TriggerSpecification, origin: String, known: [String]) throws {
    try self.init(
      origin: origin, path: "attributes", places: trigger.places, attributes: trigger.attributes, known: known)
  }

  private init(
    origin: String, path: String, places: SpecificationPlaces, attributes: [String: TriggerAttribute], known: [String]
  ) throws {
    self.origin = origin
    self.path = path
    self.places = places
    self.attributes = attributes
    for name in attributes.keys.sorted() where !known.contains(name) {
      throw fault(name, "\(path).\(name) is unknown; \(Suggestion.sentence(for: name, in: known))")
    }
  }

  func has(_ name: String) -> Bool { attributes[name] != nil }

  func string(_ name: String) throws -> String? {
    switch attributes[name] {
    case nil: nil
    case .scalar(let text)?: text
    case .list?, .map?: throw wrong(name, "a text")
    }
  }

  func number(_ name: String, in range: ClosedRange<Double>) throws -> Double? {
    guard let text = try string(name) else { return nil }
    guard let value = Double(text), range.contains(value) else {
      throw wrong(name, "a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  func integer(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
    guard let text = try string(name) else { return nil }
    guard let value = Int(text), range.contains(value) else {
      throw wrong(name, "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  func boolean(_ name: String) throws -> Bool? {
    switch try string(name) {
    case nil: nil
    case "true"?: true
    case "false"?: false
    case .some: throw wrong(name, "true or false")
    }
  }

  func duration(_ name: String) throws -> Duration? {
    guard let text = try string(name) else { return nil }
    guard let value = DurationText.parse(text), value > .zero else {
      throw wrong(name, "a duration above zero such as \"2s\" or \"500ms\"")
    }
    return value
  }

  func choice(_ name: String, of choices: [String]) throws -> String? {
    guard let text = try string(name) else { return nil }
    guard choices.contains(text) else { throw wrong(name, "one of \(choices.joined(separator: ", "))") }
    return text
  }

  /// A list of texts; a single text is a list of one.
  func strings(_ name: String) throws -> [String]? {
    switch attributes[name] {
    case nil: return nil
    case .scalar(let text)?: return [text]
    case .list(let elements)?:
      return try elements.map { element in
        guard case .scalar(let text) = element else { throw wrong(name, "a list of texts") }
        return text
      }
    case .map?: throw wrong(name, "a list of texts")
    }
  }

  /// A map with its own attributes.
  func map(_ name: String, known: [String]) throws -> AttributeReader? {
    switch attributes[name] {
    case nil: return nil
    case .map(let entries)?:
      return try AttributeReader(
        origin: origin, path: "\(path).\(name)", places: places, attributes: entries, known: known)
    case .scalar?, .list?: throw wrong(name, "a map")
    }
  }

  /// A map with free names.
  func maps(_ name: String, known: [String]) throws -> [(name: String, reader: AttributeReader)]? {
    switch attributes[name] {
    case nil: return nil
    case .map(let entries)?:
      return try entries.sorted { $0.key < $1.key }.map { entry, value in
        guard case .map(let fields) = value else { throw wrong("\(name).\(entry)", "a map") }
        let reader = try AttributeReader(
          origin: origin, path: "\(path).\(name).\(entry)", places: places, attributes: fields, known: known)
        return (entry, reader)
      }
    case .scalar?, .list?: throw wrong(name, "a map")
    }
  }

  /// A map of texts.
  func texts(_ name: String) throws -> [String: String] {
    switch attributes[name] {
    case nil: return [:]
    case .map(let entries)?:
      return try entries.mapValues { value in
        guard case .scalar(let text) = value else { throw wrong(name, "a map of texts") }
        return text
      }
    case .scalar?, .list?: throw wrong(name, "a map of texts")
    }
  }

  func wrong(_ name: String, _ expected: String) -> SetupError {
    fault(name, "\(path).\(name): expected \(expected)")
  }

  func missing(_ name: String, _ expected: String) -> SetupError {
    fault(name, "\(path).\(name) is missing; expected \(expected)")
  }

  /// A fault with its place in the file, where that is known.
  private func fault(_ name: String, _ message: String) -> SetupError {
    SetupError("\(places.prefix("\(path).\(name)"))\(origin): \(message)")
  }
}
