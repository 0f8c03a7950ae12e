/// One event of a `text/event-stream`.
public struct ServerSentEvent: Sendable {
  /// What the client sends back as `Last-Event-ID` when it resumes; nil leaves the last one in force.
  public var id: String?
  /// The event's name; nil means `message`.
  public var event: String?
  /// The data; line breaks are allowed.
  public var data: [UInt8]

  /// Creates an event.
  /// - Parameters:
  ///   - id: what the client sends back when it resumes.
  ///   - event: the event's name.
  ///   - data: the data.
  public init(id: String? = nil, event: String? = nil, data: [UInt8]) {
    self.id = id
    self.event = event
    self.data = data
  }
}
