/// The rules that CloudEvents 1.0 has for attributes, whatever carries them.
package enum CloudEventsAttributes {
  /// Makes an event of its attributes, without data.
  /// - Parameters:
  ///   - attributes: the values by name; what is none of the specification's own is an extension.
  ///   - place: how an error names an attribute.
  /// - Throws: `FunctionError` where one is missing or malformed.
  package static func event(
    _ attributes: [String: String], place: (String) -> String
  ) throws(FunctionError) -> Event {
    func required(_ name: String) throws(FunctionError) -> String {
      guard let value = attributes[name], !value.isEmpty else {
        throw malformed("\(name) is missing or empty", place(name))
      }
      return value
    }
    let version = try required("specversion")
    guard version == "1.0" else { throw malformed("specversion must be 1.0", place("specversion")) }
    var event = Event(id: try required("id"), source: try required("source"), type: try required("type"))
    for (name, value) in attributes {
      switch name {
      case "specversion", "id", "source", "type": break
      case "subject":
        guard !value.isEmpty else { throw malformed("subject must not be empty", place(name)) }
        event.subject = value
      case "time":
        guard let time = EventTime(rfc3339: value) else {
          throw malformed("time must be an RFC 3339 timestamp", place(name))
        }
        event.time = time
      case "dataschema":
        guard !value.isEmpty else { throw malformed("dataschema must not be empty", place(name)) }
        event.dataSchema = value
      case "datacontenttype": event.dataContentType = value
      default:
        guard isName(name) else {
          throw malformed("an attribute's name has only lower-case letters and digits", place(name))
        }
        event.extensions[name] = value
      }
    }
    return event
  }

  private static let ownNames: Set<String> = [
    "specversion", "id", "source", "type", "subject", "time", "dataschema", "datacontenttype",
  ]

  /// A malformed event.
  package static func malformed(_ message: String, _ field: String?) -> FunctionError {
    FunctionError(.badInput, code: "malformedEvent", message, field: field)
  }

  /// Whether an extension attribute may have a name.
  package static func isExtension(_ name: String) -> Bool {
    isName(name) && !ownNames.contains(name)
  }

  private static func isName(_ name: String) -> Bool {
    !name.isEmpty && name != "data"
      && name.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) }
  }
}
