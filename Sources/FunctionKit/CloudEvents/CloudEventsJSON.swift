/// CloudEvents 1.0 in its JSON format.
public enum CloudEventsJSON {
  /// Reads one event.
  /// - Parameter bytes: the JSON text.
  /// - Returns: the event; its data as bytes: the JSON text of `data`, or the text of a string where the content type is not JSON,
  ///   or what `data_base64` stands for.
  /// - Throws: `FunctionError` of kind `badInput` where it is malformed.
  public static func decode(_ bytes: [UInt8]) throws -> Event {
    try bytes.withUnsafeBufferPointer { buffer throws(FunctionError) in
      let members = try parse(buffer) { scanner throws(JSONError) in try takeMembers(&scanner, depth: 0) }
      return try event(members, prefix: "")
    }
  }

  /// Reads a batch of events.
  /// - Parameter bytes: a JSON array of events.
  /// - Throws: `FunctionError` of kind `badInput` where it is malformed.
  public static func decodeBatch(_ bytes: [UInt8]) throws -> [Event] {
    try bytes.withUnsafeBufferPointer { buffer throws(FunctionError) in
      let objects = try parse(buffer) { scanner throws(JSONError) in
        var objects: [[Member]] = []
        try scanner.takeArray { scanner, _ throws(JSONError) in objects.append(try takeMembers(&scanner, depth: 1)) }
        return objects
      }
      var events: [Event] = []
      events.reserveCapacity(objects.count)
      for (index, members) in objects.enumerated() { events.append(try event(members, prefix: "[\(index)].")) }
      return events
    }
  }

  /// Writes one event: JSON as it is, text as a string, any other data as `data_base64`.
  ///
  /// Extension attributes whose names CloudEvents does not allow are left out.
  /// - Parameter event: the event.
  /// - Returns: the JSON text.
  public static func encode(_ event: Event) -> [UInt8] {
    JSONWriter.bytes(capacity: 256 + event.body.count) { json in write(event, &json) }
  }

  /// Writes a batch of events.
  /// - Parameter events: the events.
  /// - Returns: a JSON array.
  public static func encode(batch events: [Event]) -> [UInt8] {
    JSONWriter.bytes(capacity: 2 + events.reduce(0) { $0 + 256 + $1.body.count }) { json in
      json.array { json in for event in events { write(event, &json) } }
    }
  }

  private static func write(_ event: Event, _ json: inout JSONWriter) {
    json.object { json in
      json.member("specversion", "1.0")
      json.member("id", event.id)
      json.member("source", event.source)
      json.member("type", event.type)
      if let subject = event.subject { json.member("subject", subject) }
      if let time = event.time { json.member("time", time.rfc3339) }
      if let dataContentType = event.dataContentType { json.member("datacontenttype", dataContentType) }
      if let dataSchema = event.dataSchema { json.member("dataschema", dataSchema) }
      for (name, value) in event.extensions.sorted(by: { $0.key < $1.key })
      where CloudEventsAttributes.isExtension(name) {
        json.member(dynamic: name, value)
      }
      if !event.body.isEmpty { writeData(of: event, &json) }
    }
  }

  private static func writeData(of event: Event, _ json: inout JSONWriter) {
    // A bare null would read as no data at all.
    if isJSON(event.dataContentType), !isNull(event.body), JSONScanner.isValid(event.body) {
      json.key("data")
      json.json(event.body)
    } else if isText(event.dataContentType), let text = String(validating: event.body, as: UTF8.self) {
      json.member("data", text)
    } else {
      json.member("data_base64", Base64.encode(event.body))
    }
  }

  /// Whether a JSON text, if it is one, is null.
  private static func isNull(_ body: [UInt8]) -> Bool {
    body.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) } == UInt8(ascii: "n")
  }

  /// Whether a content type means text that is no JSON.
  private static func isText(_ contentType: String?) -> Bool {
    guard let contentType, !isJSON(contentType) else { return false }
    let media = contentType.prefix { $0 != ";" && $0 != " " }.lowercased()
    return media.hasPrefix("text/") || media.hasSuffix("/xml") || media.hasSuffix("+xml")
  }

  /// A member of an event; the bytes of its value are valid.
  private typealias Member = (name: String, value: UnsafeBufferPointer<UInt8>)

  private static func parse<Value>(
    _ bytes: UnsafeBufferPointer<UInt8>, _ take: (inout JSONScanner) throws(JSONError) -> Value
  ) throws(FunctionError) -> Value {
    do throws(JSONError) {
      var scanner = JSONScanner(bytes)
      let value = try take(&scanner)
      try scanner.finish()
      return value
    } catch {
      throw FunctionError(error)
    }
  }

  private static func takeMembers(_ scanner: inout JSONScanner, depth: Int) throws(JSONError) -> [Member] {
    var members: [Member] = []
    try scanner.takeObject { scanner, key throws(JSONError) in
      let name = try scanner.text(of: key)
      _ = scanner.peek()
      let start = scanner.offset
      try scanner.skipValue(depth: depth + 1)
      members.append((name, scanner.slice(start..<scanner.offset)))
    }
    return members
  }

  private static func event(_ members: [Member], prefix: String) throws(FunctionError) -> Event {
    var attributes: [String: String] = [:]
    var data: UnsafeBufferPointer<UInt8>?
    var base64: String?
    var names: Set<String> = []
    for (name, bytes) in members {
      guard names.insert(name).inserted else {
        throw CloudEventsAttributes.malformed("the member is there twice", prefix + name)
      }
      if name == "data", bytes.first != UInt8(ascii: "n") {
        data = bytes
        continue
      }
      switch (name, try parse(bytes) { scanner throws(JSONError) in try scanner.takeValue() }) {
      case (_, .null): break
      case ("data_base64", .string(let text)): base64 = text
      case ("data_base64", _):
        throw CloudEventsAttributes.malformed("data_base64 must be a string", prefix + name)
      case (_, .string(let text)): attributes[name] = text
      case (_, .bool(let value)): attributes[name] = value ? "true" : "false"
      case (_, .number(.integer(let value))) where Int32(exactly: value) != nil: attributes[name] = String(value)
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
    case (.some(let bytes), nil):
      // Under another content type a string is the data itself; under JSON it stays JSON.
      if bytes.first == UInt8(ascii: "\""), !isJSON(event.dataContentType) {
        event.body = Array(try parse(bytes) { scanner throws(JSONError) in try scanner.takeString() }.utf8)
      } else {
        event.body = Array(bytes)
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
