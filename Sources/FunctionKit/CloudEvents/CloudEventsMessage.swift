/// Events as an HTTP message: header fields, media type and body, for answers and for requests alike.
public struct CloudEventsMessage: Sendable {
  /// Header fields beside the content type; names lower case.
  public var headers: [(name: String, value: String)]
  /// The media type of the body; nil where there is neither body nor type.
  public var contentType: String?
  /// The body.
  public var body: [UInt8]

  /// One event.
  /// - Parameters:
  ///   - event: the event.
  ///   - mode: how it travels; batched makes a batch of one.
  public init(_ event: Event, mode: CloudEventsMode = .binary) {
    switch mode {
    case .binary: self.init(binary: event)
    case .structured: self.init(json: CloudEventsJSON.encode(event), "application/cloudevents+json")
    case .batched: self.init([event])
    }
  }

  /// A batch of events.
  /// - Parameter events: the events, none at all if need be.
  public init(_ events: [Event]) {
    self.init(json: CloudEventsJSON.encode(batch: events), "application/cloudevents-batch+json")
  }

  private init(json: [UInt8], _ media: String) {
    headers = []
    contentType = media + "; charset=utf-8"
    body = json
  }

  private init(binary event: Event) {
    headers = [("ce-specversion", "1.0")]
    func add(_ name: String, _ value: String?) {
      if let value { headers.append(("ce-" + name, CloudEventsHeader.encode(value))) }
    }
    contentType = event.dataContentType ?? (event.body.isEmpty ? nil : "application/json")
    body = event.body
    add("id", event.id)
    add("source", event.source)
    add("type", event.type)
    add("subject", event.subject)
    add("time", event.time?.rfc3339)
    add("dataschema", event.dataSchema)
    for (name, value) in event.extensions.sorted(by: { $0.key < $1.key })
    where CloudEventsAttributes.isExtension(name) {
      add(name, value)
    }
  }
}

extension Response {
  /// An answer that is an event.
  /// - Parameters:
  ///   - event: the event.
  ///   - mode: how it travels.
  ///   - status: the HTTP status.
  public static func event(_ event: Event, mode: CloudEventsMode = .binary, status: Int = 200) -> Response {
    Response(CloudEventsMessage(event, mode: mode), status: status)
  }

  /// An answer that is an event, in the mode that the request's `accept` field asks for.
  /// - Parameters:
  ///   - event: the event.
  ///   - request: the event that is answered.
  ///   - status: the HTTP status.
  public static func event(_ event: Event, answering request: Event, status: Int = 200) -> Response {
    .event(event, mode: CloudEventsMode(accept: request.request?.header("accept")), status: status)
  }

  /// An answer that is a batch of events.
  /// - Parameters:
  ///   - events: the events.
  ///   - status: the HTTP status.
  public static func events(_ events: [Event], status: Int = 200) -> Response {
    Response(CloudEventsMessage(events), status: status)
  }

  private init(_ message: CloudEventsMessage, status: Int) {
    self.init(
      status: status, contentType: message.contentType, headers: message.headers,
      body: message.body.isEmpty ? .empty : .bytes(message.body))
  }
}
