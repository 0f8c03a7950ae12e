/// One thing that happened, in the shape of CloudEvents 1.0, whatever trigger delivered it.
///
/// The body stays bytes until a function decodes it. `source` and `id` together name the event: a second event with both equal is
/// a duplicate.
public struct Event: Sendable {
  /// One reference, so that an event on its way through the runtime is not copied field by field.
  @usableFromInline var storage: EventStorage

  /// Names the event within its source; never empty.
  public var id: String {
    @inlinable get { storage.id }
    @inlinable _modify {
      makeUnique()
      yield &storage.id
    }
  }

  /// Names where the event comes from, as a URI reference; never empty.
  public var source: String {
    @inlinable get { storage.source }
    @inlinable _modify {
      makeUnique()
      yield &storage.source
    }
  }

  /// What happened, `cabstand.<noun>.<past participle>.v<N>`.
  public var type: String {
    @inlinable get { storage.type }
    @inlinable _modify {
      makeUnique()
      yield &storage.type
    }
  }

  /// What it happened to, for example the ride's id.
  public var subject: String? {
    @inlinable get { storage.subject }
    @inlinable _modify {
      makeUnique()
      yield &storage.subject
    }
  }

  /// When it happened; the time by which the event is handled, however late it comes.
  public var time: EventTime? {
    @inlinable get { storage.time }
    @inlinable _modify {
      makeUnique()
      yield &storage.time
    }
  }

  /// The media type of `body`; nil means JSON by CloudEvents' default.
  public var dataContentType: String? {
    @inlinable get { storage.dataContentType }
    @inlinable _modify {
      makeUnique()
      yield &storage.dataContentType
    }
  }

  /// The schema that `body` follows, as a URI.
  public var dataSchema: String? {
    @inlinable get { storage.dataSchema }
    @inlinable _modify {
      makeUnique()
      yield &storage.dataSchema
    }
  }

  /// The extension attributes, by lower-case name: `traceparent`, `partitionkey`, `sequence`, `correlationid`, `causationid`, …
  public var extensions: [String: String] {
    @inlinable get { storage.extensions }
    @inlinable _modify {
      makeUnique()
      yield &storage.extensions
    }
  }

  /// The data, as it came.
  public var body: [UInt8] {
    @inlinable get { storage.body }
    @inlinable _modify {
      makeUnique()
      yield &storage.body
    }
  }

  /// Which trigger delivered the event.
  public var trigger: TriggerInfo {
    @inlinable get { storage.trigger }
    @inlinable _modify {
      makeUnique()
      yield &storage.trigger
    }
  }

  /// The HTTP request that carried it; nil for every other trigger.
  public var request: HTTPRequestInfo? {
    @inlinable get { storage.request }
    @inlinable _modify {
      makeUnique()
      yield &storage.request
    }
  }

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
    storage = EventStorage(
      id: id, source: source, type: type, subject: subject, time: time, dataContentType: dataContentType,
      dataSchema: dataSchema, extensions: extensions, body: body, trigger: trigger, request: request)
  }

  /// Before a change: others that share the storage keep theirs.
  @usableFromInline mutating func makeUnique() {
    if !isKnownUniquelyReferenced(&storage) { storage = EventStorage(storage) }
  }
}
