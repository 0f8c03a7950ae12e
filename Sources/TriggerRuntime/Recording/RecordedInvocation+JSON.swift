import FunctionKit

extension RecordedInvocation {
  /// The invocation as a line of JSON, without the line's end.
  /// - Parameter redaction: what must not be written down.
  package func json(_ redaction: Redaction = Redaction([])) -> [UInt8] {
    JSONWriter.bytes(capacity: 512 + event.body.count) { json in
      json.object { json in
        json.member("function", function)
        json.member("version", version)
        json.member("time", time.unixMilliseconds)
        json.member("sequence", sequence)
        if caller != .anonymous { json.member("caller", caller.description) }
        if attempt != 1 { json.member("attempt", attempt) }
        json.key("trigger")
        json.object { json in
          json.member("kind", event.trigger.kind)
          json.member("name", event.trigger.name)
        }
        json.key("event")
        json.json(CloudEventsJSON.encode(redaction.apply(to: event)))
        if let request = event.request { Self.write(request, redaction, &json) }
        Self.write(outcome, redaction, &json)
        guard !log.isEmpty else { return }
        json.key("log")
        json.array { json in for line in log { Self.write(line, redaction, &json) } }
      }
    }
  }

  private static func write(_ request: HTTPRequestInfo, _ redaction: Redaction, _ json: inout JSONWriter) {
    json.key("request")
    json.object { json in
      json.member("method", request.method)
      json.member("path", request.path)
      write("parameters", request.parameters, redaction, &json)
      write("query", request.query, redaction, &json)
      write("headers", Dictionary(request.headers.map { ($0.name, $0.value) }) { $1 }, redaction, &json)
    }
  }

  private static func write(
    _ name: StaticString, _ values: [String: String], _ redaction: Redaction, _ json: inout JSONWriter
  ) {
    guard !values.isEmpty else { return }
    json.key(name)
    json.object { json in
      for (name, value) in values.sorted(by: { $0.key < $1.key }) {
        json.member(dynamic: name, redaction.text(name, value))
      }
    }
  }

  private static func write(_ outcome: Outcome, _ redaction: Redaction, _ json: inout JSONWriter) {
    switch outcome {
    case .response(let status, let contentType, let headers, let body):
      json.key("response")
      json.object { json in
        json.member("status", status)
        if let contentType { json.member("contentType", contentType) }
        write("headers", headers, redaction, &json)
        guard !body.isEmpty else { return }
        let body = redaction.apply(toBody: body)
        if (try? JSONValue(parsing: body)) != nil {
          json.key("body")
          json.json(body)
        } else {
          json.member("bodyBase64", Base64.encode(body))
        }
      }
    case .stream(let status):
      json.key("response")
      json.object { json in
        json.member("status", status)
        json.member("stream", true)
      }
    case .failure(let kind, let code, let message, let field):
      json.key("error")
      json.object { json in
        json.member("kind", kind)
        json.member("code", code)
        json.member("message", message)
        if let field { json.member("field", field) }
      }
    case .fault(let text):
      json.key("error")
      json.object { json in json.member("fault", text) }
    }
  }

  private static func write(_ line: Line, _ redaction: Redaction, _ json: inout JSONWriter) {
    json.object { json in
      json.member("level", line.level)
      json.member("message", line.message)
      write("metadata", line.metadata, redaction, &json)
    }
  }

  // MARK: Reading

  /// Reads a line.
  /// - Throws: `SetupError` where it is not what `json` writes.
  package init(line: [UInt8]) throws {
    let value: JSONValue
    do { value = try JSONValue(parsing: line) } catch { throw SetupError("no JSON: \(error)") }
    guard let function = value["function"]?.text, let time = value["time"]?.integer, let event = value["event"] else {
      throw SetupError("function, time or event is missing")
    }
    self.function = function
    version = value["version"]?.text ?? "1"
    self.time = EventTime(unixMilliseconds: Int64(time))
    sequence = Int64(value["sequence"]?.integer ?? 0)
    attempt = value["attempt"]?.integer ?? 1
    caller = try value["caller"]?.text.map { try CallerHeader.caller($0) } ?? .anonymous
    var decoded = try CloudEventsJSON.decode(JSONWriter.bytes { $0.value(event) })
    decoded.trigger = TriggerInfo(
      kind: value["trigger"]?["kind"]?.text ?? "direct", name: value["trigger"]?["name"]?.text ?? "direct")
    if let request = value["request"] {
      decoded.request = HTTPRequestInfo(
        method: request["method"]?.text ?? "POST", path: request["path"]?.text ?? "/",
        parameters: Self.texts(request["parameters"]), query: Self.texts(request["query"]),
        headers: Self.texts(request["headers"]).sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    }
    self.event = decoded
    outcome = try Self.outcome(value)
    log = (value["log"]?.elements ?? []).map { line in
      Line(
        level: line["level"]?.text ?? "", message: line["message"]?.text ?? "", metadata: Self.texts(line["metadata"]))
    }
  }

  private static func outcome(_ value: JSONValue) throws -> Outcome {
    if let error = value["error"] {
      if let fault = error["fault"]?.text { return .fault(fault) }
      return .failure(
        kind: error["kind"]?.text ?? "", code: error["code"]?.text ?? "", message: error["message"]?.text ?? "",
        field: error["field"]?.text)
    }
    guard let response = value["response"], let status = response["status"]?.integer else {
      throw SetupError("neither response nor error is there")
    }
    if response["stream"] == .bool(true) { return .stream(status: status) }
    var body: [UInt8] = []
    if let json = response["body"] {
      body = JSONWriter.bytes { $0.value(json) }
    } else if let text = response["bodyBase64"]?.text {
      guard let bytes = Base64.decode(text) else { throw SetupError("bodyBase64 is no base64") }
      body = bytes
    }
    return .response(
      status: status, contentType: response["contentType"]?.text, headers: texts(response["headers"]), body: body)
  }

  private static func texts(_ value: JSONValue?) -> [String: String] {
    guard case .object(let members)? = value else { return [:] }
    return members.compactMapValues(\.text)
  }
}
