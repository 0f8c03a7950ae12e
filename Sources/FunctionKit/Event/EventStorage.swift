/// What an event is made of, shared by its copies until one of them changes.
///
/// `@unchecked`: changed only by an event that is its one owner.
@usableFromInline
final class EventStorage: @unchecked Sendable {
  @exclusivity(unchecked) @usableFromInline var id: String
  @exclusivity(unchecked) @usableFromInline var source: String
  @exclusivity(unchecked) @usableFromInline var type: String
  @exclusivity(unchecked) @usableFromInline var subject: String?
  @exclusivity(unchecked) @usableFromInline var time: EventTime?
  @exclusivity(unchecked) @usableFromInline var dataContentType: String?
  @exclusivity(unchecked) @usableFromInline var dataSchema: String?
  @exclusivity(unchecked) @usableFromInline var extensions: [String: String]
  @exclusivity(unchecked) @usableFromInline var body: [UInt8]
  @exclusivity(unchecked) @usableFromInline var trigger: TriggerInfo
  @exclusivity(unchecked) @usableFromInline var request: HTTPRequestInfo?

  init(
    id: String, source: String, type: String, subject: String?, time: EventTime?, dataContentType: String?,
    dataSchema: String?, extensions: [String: String], body: [UInt8], trigger: TriggerInfo, request: HTTPRequestInfo?
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

  /// A copy.
  init(_ other: EventStorage) {
    id = other.id
    source = other.source
    type = other.type
    subject = other.subject
    time = other.time
    dataContentType = other.dataContentType
    dataSchema = other.dataSchema
    extensions = other.extensions
    body = other.body
    trigger = other.trigger
    request = other.request
  }
}
