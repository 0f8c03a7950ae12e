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
    var failures: [UInt8] = []
    var handled = 0
    for (index, (event, result)) in zip(events, results).enumerated() {
      guard case .failure(let error) = result else {
        handled += 1
        continue
      }
      let problem = ProblemDocument(error)
      if !failures.isEmpty { failures.append(0x2C) }
      failures.append(contentsOf: "{\"index\":\(index),\"id\":".utf8)
      JSONText.appendString(event.id, to: &failures)
      failures.append(contentsOf: ",\"status\":\(problem.status),\"code\":".utf8)
      JSONText.appendString(problem.code, to: &failures)
      failures.append(contentsOf: ",\"detail\":".utf8)
      JSONText.appendString(problem.detail, to: &failures)
      failures.append(0x7D)
    }
    var json = Array("{\"handled\":\(handled),\"failed\":[".utf8)
    json.append(contentsOf: failures)
    json.append(contentsOf: [0x5D, 0x7D])
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
      attributes[attribute] = try CloudEventsHeader.decode(value, field: name)
    }
    var event = try CloudEventsAttributes.event(attributes) { "ce-\($0)" }
    event.dataContentType = contentType
    event.body = body
    return event
  }
}
