import DispatchAPI
import DispatchCore
import DispatchState
import FunctionKit
import Testing

/// The feeds of drivers and riders, on a hub to which the outbox is published.
@Suite("driver-feed and rider-feed")
struct FeedTests {
  private typealias Feed = any AsyncSequence<ServerSentEvent, any Error> & Sendable

  private func open(_ city: City, _ path: String, after id: String? = nil) async throws -> Feed {
    let answer = try await city.call("GET", path, headers: id.map { [("last-event-id", $0)] } ?? [])
    #expect(answer.status == 200 && answer.contentType == "text/event-stream")
    return try #require(answer.events, "\(answer.summary)")
  }

  private func take(_ count: Int, _ feed: Feed) async throws -> [ServerSentEvent] {
    var events: [ServerSentEvent] = []
    var iterator = feed.makeAsyncIterator()
    while events.count < count, let event = try await iterator.next() { events.append(event) }
    return events
  }

  private func json(_ event: ServerSentEvent) -> JSONValue { (try? JSONValue(parsing: event.data)) ?? .null }

  private func names(_ events: [ServerSentEvent]) -> [String] { events.map { $0.event ?? "-" } }

  @Test("A driver's feed: snapshot, offer, withdrawal, ride")
  func driver() async throws {
    let city = try await City()
    try await city.online("cab-1")
    let feed = try await open(city, "/v1/drivers/cab-1/feed")
    let ride = try await city.request("r-1")
    try await city.match()
    city.wait(15)
    try await city.expire()
    let second = try await city.request("r-2")
    try await city.ping("cab-1")
    try await city.match()
    try await city.accept(try await city.offer(of: second))
    try await city.relay()
    let events = try await take(5, feed)
    #expect(names(events) == ["snapshot", "offer", "offerWithdrawn", "offer", "ride"])
    #expect(
      json(events[0])["status"]?.text == "online" && json(events[0])["offer"] == .null
        && json(events[0])["ride"] == .null)
    #expect(json(events[1])["rideId"]?.text == ride && json(events[2])["reason"]?.text == "expired")
    #expect(json(events[4])["state"]?.text == "accepted" && json(events[4])["rideId"]?.text == second)
    let ids = events.compactMap { $0.id.flatMap { Int64($0) } }
    #expect(ids.count == 5 && ids == ids.sorted() && Set(ids).count == 5)
  }

  @Test("A driver's snapshot shows the open offer, then the ride")
  func driverSnapshots() async throws {
    let city = try await City()
    let ride = try await city.ride(in: .offered)
    var snapshot = json(try await take(1, open(city, "/v1/drivers/cab-1/feed"))[0])
    #expect(snapshot["offer"]?["rideId"]?.text == ride && snapshot["ride"] == .null)
    try await city.accept(try await city.offer(of: ride))
    snapshot = json(try await take(1, open(city, "/v1/drivers/cab-1/feed"))[0])
    #expect(snapshot["ride"]?["rideId"]?.text == ride && snapshot["offer"] == .null)
    snapshot = json(try await take(1, open(city, "/v1/drivers/nobody/feed"))[0])
    #expect(snapshot["status"]?.text == "offline" && snapshot["driver"]?.text == "nobody")
  }

  @Test("Whoever resumes gets what was missed, then a snapshot, then what is new; nothing twice")
  func resume() async throws {
    let city = try await City()
    try await city.online("cab-1")
    let first = try await take(1, open(city, "/v1/drivers/cab-1/feed"))
    let ride = try await city.request("r-1")
    try await city.match()
    try await city.accept(try await city.offer(of: ride))
    try await city.relay()
    let feed = try await open(city, "/v1/drivers/cab-1/feed", after: first[0].id)
    try await city.step("arrive", ride, "cab-1")
    try await city.relay()
    let events = try await take(4, feed)
    #expect(names(events) == ["offer", "ride", "snapshot", "ride"])
    #expect(events[1].id == events[2].id, "the snapshot stands where the missed ones end")
    #expect(json(events[2])["ride"]?["state"]?.text == "accepted" && json(events[3])["state"]?.text == "arrived")
    let again = try await take(1, open(city, "/v1/drivers/cab-1/feed", after: events[3].id))
    #expect(names(again) == ["snapshot"], "nothing was missed")
  }

  @Test("Messages of other feeds do not move the place to resume from, and ids from the future silence nobody")
  func places() async throws {
    let city = try await City()
    try await city.online("cab-1")
    _ = try await city.request("r-other")
    let begun = try await take(1, open(city, "/v1/drivers/cab-1/feed"))
    #expect(begun[0].id == "0", "nothing of this driver's was said")
    let feed = try await open(city, "/v1/drivers/cab-1/feed", after: "999999")
    try await city.match()
    try await city.relay()
    let events = try await take(2, feed)
    #expect(names(events) == ["snapshot", "offer"])
    for bad in ["x", "-1", "1.5"] {
      let answer = try await city.call("GET", "/v1/drivers/cab-1/feed", headers: [("last-event-id", bad)])
      #expect(answer.summary == "400 badLastEventID Last-Event-ID")
    }
  }

  @Test("A rider's feed follows the ride and ends with it")
  func rider() async throws {
    let city = try await City()
    let ride = try await city.ride(in: .requested)
    let feed = try await open(city, "/v1/rides/\(ride)/feed")
    try await city.match()
    try await city.accept(try await city.offer(of: ride))
    for step in ["arrive", "start", "complete"] { try await city.step(step, ride, "cab-1") }
    try await city.relay()
    try await city.relay()
    let events = try await take(99, feed)
    #expect(names(events) == ["snapshot"] + Array(repeating: "ride", count: 6))
    #expect(
      events.compactMap { json($0)["state"]?.text } == [
        "requested", "offered", "accepted", "arrived", "started", "completed", "settled",
      ])
  }

  @Test("What the snapshot tells does not come again")
  func noDuplicates() async throws {
    let city = try await City()
    let ride = try await city.ride(in: .accepted)
    // Committed, but not yet published when the feed is opened.
    let feed = try await open(city, "/v1/rides/\(ride)/feed")
    try await city.relay()
    try await city.step("arrive", ride, "cab-1")
    try await city.relay()
    let events = try await take(2, feed)
    #expect(events.compactMap { json($0)["state"]?.text } == ["accepted", "arrived"])
  }

  @Test("A ride that is over: the snapshot, what was missed if asked for, and the end")
  func over() async throws {
    let city = try await City()
    let ride = try await city.ride(in: .requested)
    try await city.cancel(ride, rider: "r-1")
    #expect(names(try await take(9, open(city, "/v1/rides/\(ride)/feed"))) == ["snapshot"])
    #expect(names(try await take(9, open(city, "/v1/rides/\(ride)/feed", after: "0"))) == ["ride", "ride", "snapshot"])
  }

  @Test("Every way to end a ride ends its feed")
  func endings() async throws {
    for ending in [RideState.cancelledByRider, .cancelledByDriver, .noShow, .expired] {
      let city = try await City()
      let ride = try await city.ride(
        in: ending == .cancelledByDriver ? .started : ending == .noShow ? .arrived : .requested)
      let feed = try await open(city, "/v1/rides/\(ride)/feed")
      switch ending {
      case .cancelledByRider: try await city.cancel(ride, rider: "r-1")
      case .cancelledByDriver: try await city.step("cancel", ride, "cab-1")
      case .noShow:
        city.wait(120)
        try await city.step("no-show", ride, "cab-1")
      default:
        city.wait(900)
        try await city.expire()
      }
      try await city.relay()
      let events = try await take(9, feed)
      #expect(json(try #require(events.last))["state"]?.text == ending.rawValue)
    }
  }

  @Test("Who may listen, and to what")
  func callers() async throws {
    let city = try await City()
    let ride = try await city.ride(in: .requested)
    #expect(try await city.call("GET", "/v1/rides/r404/feed").summary == "404 unknownRide id")
    #expect(try await city.call("GET", "/v1/rides/\(ride)/feed", as: .rider("r-2")).summary == "403 notYou")
    #expect(try await city.call("GET", "/v1/rides/\(ride)/feed", as: .rider("r-1")).status == 200)
    #expect(try await city.call("GET", "/v1/drivers/cab-1/feed", as: .driver("cab-2")).summary == "403 notYou")
    #expect(try await city.call("GET", "/v1/drivers/cab-1/feed", as: .operator("o")).status == 200)
    #expect(try await city.call("GET", "/v1/drivers/c b/feed").summary == "400 badID id")
  }

  @Test("Listeners go with their feeds, and all feeds end when the process does")
  func endsOfListening() async throws {
    let city = try await City()
    let ride = try await city.ride(in: .requested)
    do {
      let feed = try await open(city, "/v1/rides/\(ride)/feed")
      #expect(city.hub.listenerCount == 1)
      _ = try await take(1, feed)
    }
    _ = try await city.call("GET", "/v1/rides/r404/feed")
    #expect(city.hub.listenerCount == 0)
    let feed = try await open(city, "/v1/drivers/cab-1/feed")
    city.hub.close()
    #expect(names(try await take(9, feed)) == ["snapshot"])
    #expect(names(try await take(9, open(city, "/v1/drivers/cab-1/feed"))) == ["snapshot"])
  }
}
