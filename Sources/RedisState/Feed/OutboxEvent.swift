import DispatchCore
package import DispatchState
package import FunctionKit

/// A message of the outbox as the event that the stream carries, and back.
///
/// `source` and `id` name the message, so that one published twice is a duplicate. Extension attributes: `sequence`,
/// `region`, `partitionkey` (the ride's id, also the subject) and, where the message has them, `driverid`, `feedevent`,
/// `ridefeed` (`true` where the ride's feed shows it) and `traceparent`.
package enum OutboxEvent {
  /// Where all messages of the outbox come from.
  package static let source = "cabstand/outbox"

  /// The event that tells of a message.
  package static func event(_ item: SequencedMessage) -> Event {
    let message = item.message
    var extensions = [
      "sequence": String(item.sequence), "region": message.region.text, "partitionkey": message.ride.text,
    ]
    extensions["driverid"] = message.driver?.text
    if !message.feedEvent.isEmpty { extensions["feedevent"] = message.feedEvent }
    if message.isForRide { extensions["ridefeed"] = "true" }
    extensions["traceparent"] = message.trace
    return Event(
      id: "\(message.ride).\(item.sequence)", source: source, type: message.type, subject: message.ride.text,
      time: EventTime(unixMilliseconds: message.time.unixMilliseconds), dataContentType: "application/json",
      extensions: extensions, body: message.body)
  }

  /// The message that an event tells of.
  /// - Returns: nil where the event is not one of the outbox.
  package static func message(_ event: Event) -> SequencedMessage? {
    guard event.source == source, let sequence = event.extensions["sequence"].flatMap({ Int64($0) }),
      let region = event.extensions["region"].flatMap({ RegionID($0) }),
      let ride = event.subject.flatMap({ RideID($0) }), let time = event.time
    else { return nil }
    return SequencedMessage(
      sequence: sequence,
      message: OutboxMessage(
        type: event.type, feedEvent: event.extensions["feedevent"] ?? "", region: region, ride: ride,
        driver: event.extensions["driverid"].flatMap { DriverID($0) },
        isForRide: event.extensions["ridefeed"] == "true",
        time: Timestamp(unixMilliseconds: time.unixMilliseconds), body: event.body,
        trace: event.extensions["traceparent"]))
  }
}
