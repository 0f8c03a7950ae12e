/// One thing that happened, in the shape of CloudEvents 1.0, whatever trigger delivered it.
///
/// The body stays bytes until a function decodes it. `source` and `id` together name the event: a second event with both equal is
/// a duplicate.
public struct Event: Sendable {
  /// Names the event within its source; never empty.
  public var id: String
  /// Names where the event comes from, as a URI reference; never empty.
  public var source: String
  /// What happened, `cabstand.<noun>.<past participle>.v<N>`.
  public var type: String
  /// What it happened to, for example the ride's id.
  public var subject: String?
  /// When it happened; the time by which the event is handled, however late it comes.
  public var time: EventTime?
  /// The media type of `body`; nil means JSON by CloudEvents' default.
  public var dataContentType: String?
  /// The schema that `body` follows, as a URI.
  public var dataSchema: String?
  /// The extension attributes, by lower-case name: `traceparent`, `partitionkey`, `sequence`, `correlationid`, `causationid`, …
  public var extensions: [String: String]
  /// The data, as it came.
  public var body: [UInt8]
  /// Which trigger delivered the event.
  public var trigger: TriggerInfo
  /// The HTTP request that carried it; nil for every other trigger.
  public var request: HTTPRequestInfo?

  /// Creates an event.
  /// - Parameters:
  ///   - id: names the event within its source.
  ///   - source: where it comes from, as a URI reference.
  ///   - type: what happened.
  ///   - subject: what it happened to.
  ///   - time: when it happened.
  ///   - dataContentType: the media type of `body`.
  ///   - dataSchema: the schema of `body`.
  ///   - extensions: extension attributes by lower-case name.
  ///   - body: the data.
  ///   - trigger: which trigger delivered it.
  ///   - request: the HTTP request that carried it.
  public init(
    id: String, source: String, type: String, subject: String? = nil, time: EventTime? = nil,
    dataContentType: String? = nil, dataSchema: String? = nil, extensions: [String: String] = [:],
    body: [UInt8] = [], trigger: TriggerInfo = .direct, request: HTTPRequestInfo? = nil
  ) {
    self.id = id
    self.source = source
    self.type = type
    self.subject = subject
    self.time = time
    self.dataContentType = dataContentType
    self.dataSchema = dataSchema
    self.extensions = extensions
    self.body = body
    self.trigger = trigger
    self.request = request
  }
}
