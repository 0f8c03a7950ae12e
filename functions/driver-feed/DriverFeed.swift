import DispatchAPI
import DispatchCore
import DispatchState
package import FunctionKit

/// What a driver's app listens to: offers and rides, as server-sent events that can be resumed.
package struct DriverFeed: Function {
  /// The text of its function.yaml.
  package static var specification: [UInt8] { PackageResources.function_yaml }

  /// How many missed messages are sent at most; a client away for longer makes do with the snapshot.
  static let resumeLimit = 500

  private let drivers: any DriverStore
  private let rides: any RideStore
  private let outbox: any Outbox
  private let feed: any EventFeed

  package init(_ setup: FunctionSetup) throws {
    drivers = try setup.binding("drivers")
    rides = try setup.binding("rides")
    outbox = try setup.binding("outbox")
    feed = try setup.binding("feed")
  }

  package func handle(_ event: Event, _ context: Context) async throws -> Response {
    let driver = try InputRules.routeID(event, as: DriverID.self)
    try InputRules.check(context.caller, actsFor: .driver(driver.text))
    let lastEventID = try FeedStream.lastEventID(event)
    return try await ErrorMapping.store {
      // Listening begins before anything is read, so that nothing falls between.
      let live = feed.subscribe(to: .driver(driver))
      let sequence = try await outbox.latestSequence(for: .driver(driver))
      var beginning: [ServerSentEvent] = []
      if let lastEventID {
        let missed = try await outbox.messages(for: .driver(driver), after: lastEventID, limit: Self.resumeLimit)
        beginning = missed.map(FeedStream.event)
      }
      // The snapshot is read last, so it tells of everything up to here.
      let last = max(sequence, beginning.last?.id.flatMap { Int64($0) } ?? 0)
      beginning.append(ServerSentEvent(id: String(last), event: "snapshot", data: try await snapshot(driver)))
      return Response(
        contentType: "text/event-stream",
        body: .events(FeedStream(beginning: beginning, afterSequence: last, live: live)))
    }
  }

  private func snapshot(_ driver: DriverID) async throws -> [UInt8] {
    let status = try await drivers.status(of: driver)
    let activity = status?.activity
    var (offer, offered, ride, next): (Offer?, Ride?, Ride?, Ride?)
    if let id = activity?.offer {
      offer = try await rides.offer(id)
      if let offer { offered = try await rides.ride(offer.ride) }
    }
    if let id = activity?.ride { ride = try await rides.ride(id) }
    if let id = activity?.nextRide { next = try await rides.ride(id) }
    return JSONWriter.bytes { json in
      json.object { json in
        json.member("driver", driver.text)
        json.member("status", status.map { $0.activity == .offline ? "offline" : "online" } ?? "offline")
        json.key("offer")
        if let offer, let offered { json.offer(offer, of: offered) } else { json.null() }
        json.key("ride")
        if let ride { json.ride(ride) } else { json.null() }
        json.key("nextRide")
        if let next { json.ride(next) } else { json.null() }
      }
    }
  }
}
