import FunctionKit

/// A group's share of a topic: the source behind `redis-stream`, `postgres` and asynchronous invocations.
struct StreamSource: DeliverySource {
  private let stream: any EventStreamSource
  let label: String
  let caller: Caller
  private let topic: String
  private let group: String
  private let start: StreamStart
  private let consumer: String
  /// How long an entry is left alone before another consumer takes it over.
  private let claimAfter: Duration
  private let block: Duration
  private let types: Set<String>
  private let callerOfRequest: Bool

  /// Creates a source.
  /// - Parameters:
  ///   - stream: where the topic is.
  ///   - label: names the source in readiness.
  ///   - caller: on whose behalf events are handled.
  ///   - topic: the topic.
  ///   - group: the group.
  ///   - start: where a new group starts.
  ///   - consumer: names this process in the group.
  ///   - claimAfter: how long an entry is left alone before another consumer takes it over.
  ///   - block: how long a read waits for events.
  ///   - types: the only types that the function is to see; empty is all.
  ///   - callerOfRequest: whether the caller is the one that the event's HTTP request names.
  init(
    _ stream: any EventStreamSource, label: String, caller: Caller, topic: String, group: String,
    start: StreamStart = .earliest, consumer: String, claimAfter: Duration, block: Duration = .seconds(5),
    types: [String] = [], callerOfRequest: Bool = false
  ) {
    self.stream = stream
    self.label = label
    self.caller = caller
    self.topic = topic
    self.group = group
    self.start = start
    self.consumer = consumer
    self.claimAfter = claimAfter
    self.block = block
    self.types = Set(types)
    self.callerOfRequest = callerOfRequest
  }

  /// How long to leave an entry alone: longer than an invocation may take, or a second consumer would take over what the first still does.
  static func claimAfter(_ wanted: Duration?, _ function: FunctionSpecification) -> Duration {
    wanted ?? max(.seconds(60), function.eventTimeout + .seconds(10))
  }

  var maintenancePeriod: Duration? { claimAfter / 3 }

  func open() async throws {
    try await stream.createGroup(topic: topic, group: group, startingAt: start)
  }

  func receive(_ room: Int) async throws -> [Delivery] {
    let entries = try await stream.read(topic: topic, group: group, consumer: consumer, count: room, block: block)
    return try await deliveries(entries)
  }

  func maintain(_ ids: [String], room: Int) async throws -> [Delivery] {
    if !ids.isEmpty { try await stream.keepAlive(ids, topic: topic, group: group, consumer: consumer) }
    guard room > 0 else { return [] }
    let entries = try await stream.claimIdle(
      topic: topic, group: group, consumer: consumer, minIdle: claimAfter, count: room)
    return try await deliveries(entries)
  }

  func release(consumer: String) async throws {
    try await stream.release(consumer: consumer, topic: topic, group: group)
  }

  func acknowledge(_ ids: [String]) async throws {
    try await stream.acknowledge(ids, topic: topic, group: group)
  }

  /// What the function is to see; the rest is done at once.
  private func deliveries(_ entries: [StreamEntry]) async throws -> [Delivery] {
    var wanted: [Delivery] = []
    var others: [String] = []
    for entry in entries {
      guard types.isEmpty || types.contains(entry.event.type) else {
        others.append(entry.id)
        continue
      }
      var delivery = Delivery(id: entry.id, event: entry.event, deliveryCount: entry.deliveryCount)
      if callerOfRequest {
        let text = entry.event.request?.header(CallerHeader.name)
        delivery.caller = text.flatMap { try? CallerHeader.caller($0) } ?? .anonymous
      }
      wanted.append(delivery)
    }
    // Where this fails they come again, to be left out again.
    if !others.isEmpty { try? await acknowledge(others) }
    return wanted
  }
}
