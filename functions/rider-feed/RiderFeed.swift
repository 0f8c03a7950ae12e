import DispatchAPI
import DispatchCore
import DispatchState
package import FunctionKit

/// What a rider's app listens to: the ride, after every change, until it is over.
package struct RiderFeed: Function {
  /// The text of its function.yaml.
  package static var specification: [UInt8] { PackageResources.function_yaml }

  /// How many missed messages are sent at most; a client away for longer makes do with the snapshot.
  static let resumeLimit = 500

  private let rides: any RideStore
  private let outbox: any Outbox
  private let feed: any EventFeed

  package init(_ setup: FunctionSetup) throws {
    rides = try setup.binding("rides")
    outbox = try setup.binding("outbox")
    feed = try setup.binding("feed")
  }

  package func handle(_ event: Event, _ context: Context) async throws -> Response {
    let id = try InputRules.routeID(event, as: RideID.self)
    let lastEventID = try FeedStream.lastEventID(event)
    return try await ErrorMapping.store {
      // Listening begins before anything is read, so that nothing falls between.
      let live = feed.subscribe(to: .ride(id))
      let sequence = try await outbox.latestSequence(for: .ride(id))
      var beginning: [ServerSentEvent] = []
      if let lastEventID {
        let missed = try await outbox.messages(for: .ride(id), after: lastEventID, limit: Self.resumeLimit)
        beginning = missed.map(FeedStream.event)
      }
      // The snapshot is read last, so it tells of everything up to here.
      let last = max(sequence, beginning.last?.id.flatMap { Int64($0) } ?? 0)
      guard let ride = try await rides.ride(id) else { throw ErrorMapping.unknownRide(id) }
      try InputRules.check(context.caller, actsFor: .rider(ride.rider.text))
      beginning.append(
        ServerSentEvent(id: String(last), event: "snapshot", data: JSONWriter.bytes { $0.ride(ride) }))
      return Response(
        contentType: "text/event-stream",
        body: .events(
          FeedStream(
            beginning: beginning, afterSequence: last, live: live, endsAtOnce: ride.state.isFinal,
            isLast: Self.endsRide)))
    }
  }

  /// Whether a message tells of a final state: its type says so.
  @Sendable
  private static func endsRide(_ message: SequencedMessage) -> Bool {
    Self.finalTypes.contains(message.message.type)
  }

  private static let finalTypes: Set<String> = [
    "cabstand.ride.settled.v1", "cabstand.ride.expired.v1", "cabstand.ride.cancelled-by-rider.v1",
    "cabstand.ride.cancelled-by-driver.v1", "cabstand.ride.not-shown.v1", "cabstand.ride.failed.v1",
  ]
}
