import FunctionKit
import HexGrid
import NIOCore
import Replay

/// The state behind a `FakeServer`: nearest idle driver, in memory. Lives on the server's event loop.
final class FakeCity {
  struct Driver {
    var isOnline = false
    var position: GeoPoint?
    var time: Int64 = 0
    var offer: String?
    var ride: String?
    var excluded: Set<String> = []
  }

  struct Ride {
    var id: String
    var rider: String
    var pickup: GeoPoint
    var dropoff: GeoPoint
    var stage = RideStage.requested
    var version = 1
    var driver: String?
    var requestedAt: Int64
    var times: [String: Int64] = [:]
    var excluded: Set<String> = []
  }

  struct Offer {
    var id: String
    var ride: String
    var driver: String
    var expiresAt: Int64
    var state = "open"
  }

  let loop: any EventLoop
  let isClockAdjustable: Bool
  let clock = AdjustableClock()
  var connections: [ObjectIdentifier: FakeConnection] = [:]
  var drivers: [String: Driver] = [:]
  var rides: [String: Ride] = [:]
  var offers: [String: Offer] = [:]
  var quotes: [String: (rider: String, pickup: GeoPoint, dropoff: GeoPoint, expiresAt: Int64)] = [:]
  var answersByKey: [String: (status: Int, body: ByteBuffer)] = [:]
  var streams: [String: [FakeConnection]] = [:]
  var history: [String: [(id: Int, name: String, data: ByteBuffer)]] = [:]
  var eventCount = 0
  var nextID = 0
  var ticker: RepeatedTask?

  // What tests look at.
  var violations: [String] = []
  var pings = 0
  var pingRequests = 0
  var clockSettings: [(now: Int64, rate: Double)] = []
  var routes: [String: Int] = [:]

  // Faults.
  /// Answers so many requests with this status instead of handling them.
  var refuseNext = 0
  var refuseStatus = 503
  /// Handles so many requests that change something, and closes the connection instead of answering.
  var loseAnswers = 0
  /// How long a driver has for an answer and a request for a driver. Far longer than any test plays, lest the speed of the
  /// machine decide what becomes of a ride.
  var offerMilliseconds: Int64 = 1 << 40
  var requestMilliseconds: Int64 = 1 << 40

  init(loop: any EventLoop, isClockAdjustable: Bool) {
    self.loop = loop
    self.isClockAdjustable = isClockAdjustable
    let bound = NIOLoopBound(self, eventLoop: loop)
    ticker = loop.scheduleRepeatedTask(initialDelay: .milliseconds(2), delay: .milliseconds(2)) { _ in
      bound.value.tick()
    }
  }

  func end() { ticker?.cancel() }

  var now: Int64 { clock.now().unixMilliseconds }

  func closeAll() {
    for connection in connections.values { connection.close() }
  }

  func forget(_ connection: FakeConnection) {
    guard connection.isStream else { return }
    for key in streams.keys { streams[key]?.removeAll { $0 === connection } }
  }

  func makeID(_ prefix: String) -> String {
    nextID += 1
    return "\(prefix)_\(nextID)"
  }

  // MARK: Dispatch

  func tick() {
    for (id, offer) in offers where offer.state == "open" && offer.expiresAt <= now {
      endOffer(id, "expired")
    }
    for (id, ride) in rides {
      switch ride.stage {
      case .completed: change(id) { $0.stage = .settled }
      case .requested where now - ride.requestedAt > requestMilliseconds: change(id) { $0.stage = .expired }
      default: break
      }
    }
    for (id, ride) in rides.sorted(by: { $0.value.requestedAt < $1.value.requestedAt })
    where ride.stage == .requested {
      offerNearest(id, ride)
    }
  }

  private func offerNearest(_ id: String, _ ride: Ride) {
    var best: (name: String, meters: Double)?
    for (name, driver) in drivers where driver.isOnline && driver.offer == nil && driver.ride == nil {
      guard let position = driver.position, !ride.excluded.contains(name) else { continue }
      let meters = position.distanceMeters(to: ride.pickup)
      if meters < best?.meters ?? .infinity { best = (name, meters) }
    }
    guard let best else { return }
    let offer = Offer(
      id: makeID("o"), ride: id, driver: best.name, expiresAt: now + offerMilliseconds)
    offers[offer.id] = offer
    drivers[best.name]?.offer = offer.id
    change(id) { $0.stage = .offered }
    send("driver:" + best.name, "offer", json(offer))
  }

  func endOffer(_ id: String, _ reason: String) {
    guard let offer = offers[id], offer.state == "open" else { return }
    offers[id]?.state = reason
    drivers[offer.driver]?.offer = nil
    send("driver:" + offer.driver, "offerWithdrawn") { writer in
      writer.member("offerId", id)
      writer.member("rideId", offer.ride)
      writer.member("reason", reason)
    }
    change(offer.ride) { ride in
      ride.excluded.insert(offer.driver)
      if ride.stage == .offered { ride.stage = .requested }
    }
  }

  func change(_ id: String, _ body: (inout Ride) -> Void) {
    guard var ride = rides[id] else { return }
    let before = ride.driver
    body(&ride)
    ride.version += 1
    rides[id] = ride
    let data = json(ride)
    if let driver = ride.driver ?? before { send("driver:" + driver, "ride", data) }
    send("ride:" + id, "ride", data)
    if ride.stage.isFinal {
      if let driver = ride.driver, drivers[driver]?.ride == id { drivers[driver]?.ride = nil }
      for stream in streams["ride:" + id] ?? [] { stream.endStream() }
    }
  }

  // MARK: Feeds

  func send(_ key: String, _ name: String, _ data: ByteBuffer) {
    eventCount += 1
    history[key, default: []].append((eventCount, name, data))
    for stream in streams[key] ?? [] { stream.event(name, id: eventCount, data) }
  }

  func send(_ key: String, _ name: String, _ body: (inout JSONWriter) -> Void) {
    send(key, name, object(body))
  }

  func openStream(_ key: String, after lastID: Int?, snapshot: ByteBuffer, ends: Bool, on connection: FakeConnection) {
    connection.beginStream()
    if let lastID {
      for event in history[key] ?? [] where event.id > lastID { connection.event(event.name, id: event.id, event.data) }
    }
    connection.event("snapshot", id: eventCount, snapshot)
    if ends { return connection.endStream() }
    streams[key, default: []].append(connection)
  }

  // MARK: JSON

  func object(_ body: (inout JSONWriter) -> Void) -> ByteBuffer {
    .json(body)
  }

  func json(_ ride: Ride) -> ByteBuffer { object { write(ride, into: &$0) } }

  func json(_ offer: Offer) -> ByteBuffer { object { write(offer, into: &$0) } }

  func write(_ ride: Ride, into writer: inout JSONWriter) {
    writer.member("rideId", ride.id)
    writer.member("state", ride.stage.rawValue)
    writer.member("version", ride.version)
    writer.member("rider", ride.rider)
    writer.member("driver", ride.driver)
    writer.member("pickup", ride.pickup)
    writer.member("dropoff", ride.dropoff)
    writer.key("fare")
    writer.object { writer in
      writer.member("minorUnits", 1_000)
      writer.member("currency", "USD")
    }
    for (name, time) in ride.times.sorted(by: { $0.key < $1.key }) {
      writer.member(dynamic: name, time)
    }
  }

  func write(_ offer: Offer, into writer: inout JSONWriter) {
    guard let ride = rides[offer.ride] else { return }
    writer.member("offerId", offer.id)
    writer.member("rideId", offer.ride)
    writer.member("pickup", ride.pickup)
    writer.member("dropoff", ride.dropoff)
  }
}
