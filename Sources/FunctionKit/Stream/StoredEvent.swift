/// An event as a store keeps it: all of it, byte for byte, with the HTTP request that carried it.
package enum StoredEvent {
  /// The form as JSON.
  /// - Parameter event: the event; which trigger delivered it stays behind.
  package static func encode(_ event: Event) -> [UInt8] {
    JSONWriter.bytes(capacity: 512 + event.body.count * 4 / 3) { json in
      json.object { json in
        json.member("id", event.id)
        json.member("source", event.source)
        json.member("type", event.type)
        if let subject = event.subject { json.member("subject", subject) }
        if let time = event.time { json.member("time", time.unixMilliseconds) }
        if let contentType = event.dataContentType { json.member("contentType", contentType) }
        if let schema = event.dataSchema { json.member("schema", schema) }
        json.key("extensions")
        texts(event.extensions, &json)
        json.member("body", Base64.encode(event.body))
        if let request = event.request { write(request, &json) }
      }
    }
  }

  /// Reads the form.
  /// - Throws: `FunctionError` of kind `badInput` where it is none.
  package static func decode(_ bytes: [UInt8]) throws(FunctionError) -> Event {
    guard let value = try? JSONValue(parsing: bytes), let id = value["id"]?.text, let source = value["source"]?.text,
      let type = value["type"]?.text, let body = value["body"]?.text.flatMap({ Base64.decode($0) })
    else { throw FunctionError(.badInput, code: "malformedEvent", "a stored event is malformed") }
    var event = Event(id: id, source: source, type: type, body: body)
    event.subject = value["subject"]?.text
    event.time = value["time"]?.integer.map { EventTime(unixMilliseconds: Int64($0)) }
    event.dataContentType = value["contentType"]?.text
    event.dataSchema = value["schema"]?.text
    event.extensions = texts(value["extensions"])
    if let request = value["request"], let method = request["method"]?.text, let path = request["path"]?.text {
      event.request = HTTPRequestInfo(
        method: method, path: path, parameters: texts(request["parameters"]), query: texts(request["query"]),
        headers: (request["headers"]?.elements ?? []).compactMap { pair in
          guard let sides = pair.elements, sides.count == 2, let name = sides[0].text, let value = sides[1].text
          else { return nil }
          return (name, value)
        })
    }
    return event
  }

  private static func write(_ request: HTTPRequestInfo, _ json: inout JSONWriter) {
    json.key("request")
    json.object { json in
      json.member("method", request.method)
      json.member("path", request.path)
      json.key("parameters")
      texts(request.parameters, &json)
      json.key("query")
      texts(request.query, &json)
      json.key("headers")
      json.array { json in
        for header in request.headers {
          json.array { json in
            json.value(header.name)
            json.value(header.value)
          }
        }
      }
    }
  }

  private static func texts(_ values: [String: String], _ json: inout JSONWriter) {
    json.object { json in
      for (name, value) in values.sorted(by: { $0.key < $1.key }) { json.member(dynamic: name, value) }
    }
  }

  private static func texts(_ value: JSONValue?) -> [String: String] {
    guard case .object(let members)? = value else { return [:] }
    return members.compactMapValues(\.text)
  }
}
