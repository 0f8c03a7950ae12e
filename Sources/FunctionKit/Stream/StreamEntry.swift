/// One event as a stream delivers it.
public struct StreamEntry: Sendable {
  /// Names the entry within its topic.
  public var id: String
  /// The event.
  public var event: Event
  /// How often the group has handed it out, this time included; 1 at first.
  public var deliveryCount: Int

  /// Creates an entry.
  /// - Parameters:
  ///   - id: names the entry within its topic.
  ///   - event: the event.
  ///   - deliveryCount: how often the group has handed it out.
  public init(id: String, event: Event, deliveryCount: Int = 1) {
    self.id = id
    self.event = event
    self.deliveryCount = deliveryCount
  }
}
