import FunctionKit

/// CloudEvents 1.0 over HTTP: the binary, structured and batched content modes.
enum CloudEventsHTTP {
  /// What a request carries.
  enum Content {
    case one(Event)
    case batch([Event])
  }

  /// Reads the events of a request.
  /// - Throws: `FunctionError` where they are malformed.
  static func decode(info: HTTPRequestInfo, body: [UInt8]) throws -> Content {
    let contentType = info.header("content-type")
    let media = (contentType ?? "").lowercased()
    // The longer prefix first: both begin alike.
    if media.hasPrefix("application/cloudevents-batch") {
      try requireJSON(media, "application/cloudevents-batch")
      return .batch(try CloudEventsJSON.decodeBatch(body))
    }
    if media.hasPrefix("application/cloudevents") {
      try requireJSON(media, "application/cloudevents")
      return .one(try CloudEventsJSON.decode(body))
    }
    return .one(try binary(info, contentType: contentType, body: body))
  }

  /// The answer to a batch: how many were handled, and each that was not.
  static func summary(of results: [Result<Response, any Error>], events: [Event]) -> Response {
    var failures: [(index: Int, id: String, problem: ProblemDocument)] = []
    for (index, (event, result)) in zip(events, results).enumerated() {
      if case .failure(let error) = result { failures.append((index, event.id, ProblemDocument(error))) }
    }
    let json = JSONWriter.bytes { json in
      json.object { json in
        json.member("handled", min(events.count, results.count) - failures.count)
        json.key("failed")
        json.array { json in
          for (index, id, problem) in failures {
            json.object { json in
              json.member("index", index)
              json.member("id", id)
              json.member("status", problem.status)
              json.member("code", problem.code)
              json.member("detail", problem.detail)
            }
          }
        }
      }
    }
    return .json(json, status: failures.isEmpty ? 200 : 207)
  }

  private static func requireJSON(_ media: String, _ prefix: String) throws {
    let rest = media.dropFirst(prefix.count).prefix { $0 != ";" }.trimmedBlanks
    guard rest == "+json" else {
      throw FunctionError(
        .badInput, code: "unsupportedEventFormat", "the event format must be JSON: \(prefix)+json",
        field: "content-type")
    }
  }

  private static func binary(_ info: HTTPRequestInfo, contentType: String?, body: [UInt8]) throws -> Event {
    var attributes: [String: String] = [:]
    for (name, value) in info.headers where name.hasPrefix("ce-") {
      let attribute = String(name.dropFirst(3))
      guard attribute != "datacontenttype" else {
        throw FunctionError(
          .badInput, code: "malformedEvent", "the media type of the data is the content-type field", field: name)
      }
      guard attributes[attribute] == nil else {
        throw FunctionError(.badInput, code: "malformedEvent", "the attribute is there twice", field: name)
      }
      guard let decoded = CloudEventsHeader.decode(value) else {
        throw FunctionError(
          .badInput, code: "malformedEvent", "the value is not well percent-encoded UTF-8", field: name)
      }
      attributes[attribute] = decoded
    }
    var event = try CloudEventsAttributes.event(attributes) { "ce-\($0)" }
    event.dataContentType = contentType
    event.body = body
    return event
  }
}
