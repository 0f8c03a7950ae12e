import FunctionKit
import NIOCore
import Replay
import Testing

/// A driver and a rider who do everything right.
struct RideScript {
  static let pickup = #"{"latitude": 37.7750, "longitude": -122.4180}"#
  static let dropoff = #"{"latitude": 37.7955, "longitude": -122.3937}"#

  let server: Server
  var driver: String
  var rider: String
  var pickup = Self.pickup
  var dropoff = Self.dropoff

  init(_ server: Server, _ name: String) {
    self.server = server
    driver = "driver-\(name)"
    rider = "rider-\(name)"
  }

  /// The driver comes on shift and pings.
  func goOnline() async throws {
    let shift = try await server.put(
      "/v1/drivers/\(driver)/shift", #"{"status": "online", "position": \#(pickup)}"#, as: "driver:\(driver)")
    #expect(shift.status == 200)
    #expect(shift.json?["status"]?.text == "online")
    #expect(shift.json?["region"]?.text == "sf")
    try await ping()
  }

  /// The driver says where they are: at the pickup.
  func ping() async throws {
    let place = try JSONValue(parsing: Array(pickup.utf8))
    let latitude = try #require(place["latitude"]?.double)
    let longitude = try #require(place["longitude"]?.double)
    let ping = try await server.post(
      "/v1/pings",
      #"{"driver": "\#(driver)", "time": \#(try await server.now()), "latitude": \#(latitude), "longitude": \#(longitude)}"#,
      as: "driver:\(driver)")
    #expect(ping.status == 200)
    #expect(ping.json?["accepted"]?.integer == 1)
  }

  func goOffline() async throws {
    let shift = try await server.put("/v1/drivers/\(driver)/shift", #"{"status": "offline"}"#, as: "driver:\(driver)")
    #expect(shift.status == 200)
  }

  /// A price.
  func quote() async throws -> JSONValue {
    let quote = try await server.post(
      "/v1/quotes", #"{"rider": "\#(rider)", "pickup": \#(pickup), "dropoff": \#(dropoff)}"#, as: "rider:\(rider)")
    #expect(quote.status == 201)
    return try #require(quote.json)
  }

  /// A request for a ride.
  func request() async throws -> JSONValue {
    let quote = try #require(try await self.quote()["quoteId"]?.text)
    let ride = try await server.post(
      "/v1/rides", #"{"rider": "\#(rider)", "quoteId": "\#(quote)"}"#, as: "rider:\(rider)")
    #expect(ride.status == 201)
    #expect(ride.json?["state"]?.text == "requested")
    return try #require(ride.json)
  }

  /// Waits for the offer of a ride in the driver's feed, pinging meanwhile so that the driver stays fresh on a slow machine.
  func offer(of ride: String, in feed: Feed) async throws -> JSONValue {
    for _ in 0..<60 {
      try await ping()
      let found = try? await eventually("an offer", within: .seconds(5)) {
        feed.entries.last { $0.name == "offer" && $0.data["rideId"]?.text == ride }
      }
      if let found { return found.data }
    }
    throw NeverCame(what: "an offer of \(ride); the feed has \(feed.entries.map { "\($0.name) \($0.data)" })")
  }

  func accept(_ offer: String) async throws -> HTTPReply {
    try await server.post("/v1/offers/\(offer)/accept", #"{"driver": "\#(driver)"}"#, as: "driver:\(driver)")
  }

  /// Takes a step of the ride as its driver.
  func step(_ step: String, _ ride: String) async throws -> JSONValue {
    let extra = step == "complete" ? #", "distanceMeters": 3500"# : ""
    let reply = try await server.post(
      "/v1/rides/\(ride)/\(step)", #"{"driver": "\#(driver)"\#(extra)}"#, as: "driver:\(driver)")
    #expect(reply.status == 200, "\(step): \(String(buffer: reply.body))")
    return try #require(reply.json)
  }

  /// Waits until a ride is in a state.
  func ride(_ id: String, reaches state: String) async throws -> JSONValue {
    try await eventually("the state \(state)") {
      let reply = try await server.get("/v1/rides/\(id)")
      return reply.json?["state"]?.text == state ? reply.json : nil
    }
  }

  /// The whole ride, from the shift to the settled fare.
  /// - Parameter stoppingTheClock: whether city time stands still from the completion on, so that nothing ticks any more.
  /// - Returns: the settled ride.
  func play(stoppingTheClock: Bool = false) async throws -> JSONValue {
    try await goOnline()
    let driverFeed = try await Feed.open(server, "/v1/drivers/\(driver)/feed")
    let snapshot = try await driverFeed.first("snapshot")
    #expect(snapshot["status"]?.text == "online")
    #expect(driverFeed.entries.first?.name == "snapshot")

    let requested = try await request()
    let id = try #require(requested["rideId"]?.text)
    let riderFeed = try await Feed.open(server, "/v1/rides/\(id)/feed")
    _ = try await riderFeed.first("snapshot")

    let offer = try await offer(of: id, in: driverFeed)
    #expect(offer["fare"] == requested["fare"])
    let offerID = try #require(offer["offerId"]?.text)
    let accepted = try await accept(offerID)
    #expect(accepted.status == 200, "\(String(buffer: accepted.body))")
    #expect(accepted.json?["state"]?.text == "accepted")
    #expect(accepted.json?["driver"]?.text == driver)
    // A retry gets the same answer.
    #expect(try await accept(offerID).json == accepted.json)

    #expect(try await step("arrive", id)["state"]?.text == "arrived")
    #expect(try await step("start", id)["state"]?.text == "started")
    if stoppingTheClock { #expect(try await server.put("/admin/clock", #"{"rate": 0}"#).status == 200) }
    #expect(try await step("complete", id)["state"]?.text == "completed")
    let settled = try await ride(id, reaches: "settled")
    if stoppingTheClock { #expect(try await server.put("/admin/clock", #"{"rate": 1}"#).status == 200) }
    #expect(settled["distanceMeters"]?.integer == 3_500)
    try await checkFare(id, settled)
    try await checkFeeds(id, driverFeed, riderFeed)
    try await goOffline()
    return settled
  }

  private func checkFare(_ id: String, _ ride: JSONValue) async throws {
    let reply = try await server.get("/v1/rides/\(id)/fare")
    #expect(reply.status == 200)
    let fare = try #require(reply.json)
    let total = try #require(fare["total"]?["minorUnits"]?.integer)
    let lines = try #require(fare["lines"]?.elements).compactMap { $0["minorUnits"]?.integer }
    #expect(total > 0)
    #expect(lines.reduce(0, +) == total)
    let payout = try #require(fare["payout"]?["minorUnits"]?.integer)
    let commission = try #require(fare["commission"]?["minorUnits"]?.integer)
    #expect(payout + commission == total)
    #expect(ride["fare"]?["minorUnits"]?.integer == total)
  }

  private func checkFeeds(_ id: String, _ driverFeed: Feed, _ riderFeed: Feed) async throws {
    let end = try await riderFeed.ending()
    #expect((try? end.get())?.status == 200, "the rider's feed did not end in order")
    let states = riderFeed.entries.compactMap { $0.data["state"]?.text }
    #expect(states.last == "settled")
    // Every state comes once and in order, after those that the snapshot may have told.
    let order = ["requested", "offered", "accepted", "arrived", "started", "completed", "settled"]
    let places = states.compactMap { order.firstIndex(of: $0) }
    #expect(places == places.sorted() && Set(places).count == places.count, "\(states)")
    #expect(Set(states).isSuperset(of: order.dropFirst(2)), "\(states)")
    _ = try await driverFeed.entry("the end of the ride") {
      $0.name == "ride" && $0.data["rideId"]?.text == id && $0.data["state"]?.text == "settled"
    }
    await driverFeed.close()
  }
}
