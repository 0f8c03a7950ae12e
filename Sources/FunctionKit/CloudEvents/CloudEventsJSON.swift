/// CloudEvents 1.0 in its JSON format.
public enum CloudEventsJSON {
  /// Reads one event.
  /// - Parameter bytes: the JSON text.
  /// - Returns: the event; its data as bytes: the JSON text of `data`, or the text of a string where the content type is not JSON,
  ///   or what `data_base64` stands for.
  /// - Throws: `FunctionError` of kind `badInput` where it is malformed.
  public static func decode(_ bytes: [UInt8]) throws -> Event {
    var scanner = JSONScanner(bytes)
    let event = try object(&scanner, prefix: "")
    try scanner.end()
    return event
  }

  /// Reads a batch of events.
  /// - Parameter bytes: a JSON array of events.
  /// - Throws: `FunctionError` of kind `badInput` where it is malformed.
  public static func decodeBatch(_ bytes: [UInt8]) throws -> [Event] {
    var scanner = JSONScanner(bytes)
    var events: [Event] = []
    try scanner.array { scanner in
      events.append(try object(&scanner, prefix: "[\(events.count)]."))
    }
    try scanner.end()
    return events
  }

  /// Writes one event; data that is no JSON is written as `data_base64`.
  /// - Parameter event: the event.
  /// - Returns: the JSON text.
  public static func encode(_ event: Event) -> [UInt8] {
    var json: [UInt8] = []
    json.reserveCapacity(256 + event.body.count)
    func member(_ name: String, _ value: String?) {
      guard let value else { return }
      json.append(json.isEmpty ? 0x7B : 0x2C)
      JSONText.appendString(name, to: &json)
      json.append(0x3A)
      JSONText.appendString(value, to: &json)
    }
    member("specversion", "1.0")
    member("id", event.id)
    member("source", event.source)
    member("type", event.type)
    member("subject", event.subject)
    member("time", event.time?.rfc3339)
    member("datacontenttype", event.dataContentType)
    member("dataschema", event.dataSchema)
    for (name, value) in event.extensions.sorted(by: { $0.key < $1.key }) { member(name, value) }
    if !event.body.isEmpty {
      if isJSON(event.dataContentType), JSONScanner.isValid(event.body) {
        json.append(contentsOf: ",\"data\":".utf8)
        json.append(contentsOf: event.body)
      } else {
        member("data_base64", Base64.encode(event.body))
      }
    }
    json.append(0x7D)
    return json
  }

  private static func object(_ scanner: inout JSONScanner, prefix: String) throws -> Event {
    var attributes: [String: String] = [:]
    var data: JSONScanner.Value?
    var base64: String?
    var names: Set<String> = []
    try scanner.object { name, scanner in
      guard names.insert(name).inserted else {
        throw CloudEventsAttributes.malformed("the member is there twice", prefix + name)
      }
      let value = try scanner.value()
      if case .null = value.kind { return }
      switch (name, value.kind) {
      case ("data", _): data = value
      case ("data_base64", .string(let text)): base64 = text
      case ("data_base64", _):
        throw CloudEventsAttributes.malformed("data_base64 must be a string", prefix + name)
      case (_, .string(let text)): attributes[name] = text
      case (_, .boolean(let value)): attributes[name] = value ? "true" : "false"
      case (_, .number(let text)) where Int32(text) != nil: attributes[name] = text
      default:
        throw CloudEventsAttributes.malformed(
          "an attribute must be a string, a boolean or an integer of 32 bits", prefix + name)
      }
    }
    for name in ["specversion", "id", "source", "type"] where attributes[name] == nil {
      throw CloudEventsAttributes.malformed("\(name) is missing", prefix + name)
    }
    var event = try CloudEventsAttributes.event(attributes) { prefix + $0 }
    switch (data, base64) {
    case (.some, .some):
      throw CloudEventsAttributes.malformed("an event has either data or data_base64", prefix + "data_base64")
    case (.some(let value), nil):
      // Under another content type a string is the data itself; under JSON it stays JSON.
      if case .string(let text) = value.kind, !isJSON(event.dataContentType) {
        event.body = Array(text.utf8)
      } else {
        event.body = scanner.text(of: value)
      }
    case (nil, .some(let text)):
      guard let bytes = Base64.decode(text) else {
        throw CloudEventsAttributes.malformed("data_base64 is no base64", prefix + "data_base64")
      }
      event.body = bytes
    case (nil, nil): break
    }
    return event
  }

  /// Whether a content type means JSON; none does by default.
  private static func isJSON(_ contentType: String?) -> Bool {
    guard let contentType else { return true }
    let media = contentType.prefix { $0 != ";" && $0 != " " }.lowercased()
    return media.hasSuffix("/json") || media.hasSuffix("+json")
  }
}
