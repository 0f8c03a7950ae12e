import FunctionKit
import HexGrid
import NIOCore
import NIOHTTP1
import Replay

extension FakeCity {
  func answer(_ head: HTTPRequestHead, _ body: ByteBuffer, on connection: FakeConnection) {
    let parts = head.uri.split(separator: "/").map(String.init)
    routes["\(head.method.rawValue) \(parts.last ?? "")", default: 0] += 1
    let isWrite = head.method == .POST || head.method == .PUT
    if refuseNext > 0, isWrite, head.uri.hasPrefix("/v1/") {
      refuseNext -= 1
      return connection.reply(refuseStatus, problem("storeUnavailable"))
    }
    if parts.last == "feed" { return feed(parts, head, on: connection) }
    let json = JSONValue(body)
    let key = head.headers.first(name: "idempotency-key")
    let (status, answer): (Int, ByteBuffer)
    if let key, let known = answersByKey[key] {
      (status, answer) = known
    } else {
      (status, answer) = handle(head.method, parts, json)
      if let key, status < 500 { answersByKey[key] = (status, answer) }
    }
    if loseAnswers > 0, isWrite, head.uri.hasPrefix("/v1/"), parts.last != "pings" {
      loseAnswers -= 1
      return connection.close()
    }
    connection.reply(status, answer)
  }

  func problem(_ code: String) -> ByteBuffer { object { $0.member("code", code) } }

  private func handle(_ method: HTTPMethod, _ parts: [String], _ json: JSONValue?) -> (Int, ByteBuffer) {
    switch (method, parts.first, parts.count) {
    case (.GET, "readyz", 1): return (200, problem("ready"))
    case (.PUT, "admin", 2): return setClock(json)
    case (.GET, "admin", 2):
      return (
        200,
        object { writer in
          writer.member("now", now)
          writer.member("rate", clock.anchor?.rate ?? 1)
        }
      )
    case (.POST, "v1", 2):
      switch parts[1] {
      case "pings": return ping(json)
      case "quotes": return quote(json)
      case "rides": return request(json)
      default: return (404, problem("unknownRoute"))
      }
    case (.GET, "v1", 3) where parts[1] == "rides":
      return rides[parts[2]].map { (200, self.json($0)) } ?? (404, problem("unknownRide"))
    case (.PUT, "v1", 4) where parts[3] == "shift": return shift(parts[2], json)
    case (.POST, "v1", 4) where parts[1] == "offers": return answerOffer(parts[2], parts[3], json)
    case (.POST, "v1", 4) where parts[1] == "rides": return step(parts[2], parts[3], json)
    default: return (404, problem("unknownRoute"))
    }
  }

  private func setClock(_ json: JSONValue?) -> (Int, ByteBuffer) {
    guard isClockAdjustable else { return (403, problem("clockFixed")) }
    guard let city = json?["now"]?.unixMilliseconds, let rate = json?["rate"]?.double else {
      return (400, problem("missing"))
    }
    clockSettings.append((city, rate))
    clock.anchor = AdjustableClock.Anchor(
      city: EventTime(unixMilliseconds: city), real: AdjustableClock.systemNow(), rate: rate)
    return (200, problem("set"))
  }

  private func ping(_ json: JSONValue?) -> (Int, ByteBuffer) {
    guard let pings = json?.elements else { return (400, problem("malformedJSON")) }
    pingRequests += 1
    var superseded = 0
    var rejected = 0
    for ping in pings {
      guard let name = ping["driver"]?.text, let time = ping["time"]?.unixMilliseconds,
        let position = GeoPoint(json: ping), time <= now + 60_000, time > now - 48 * 3_600_000
      else {
        rejected += 1
        continue
      }
      self.pings += 1
      if let known = drivers[name], known.time >= time, known.position != nil {
        superseded += 1
      } else {
        drivers[name, default: Driver()].time = time
        drivers[name]?.position = position
      }
    }
    return (
      200,
      object { writer in
        writer.member("accepted", pings.count - rejected)
        writer.member("superseded", superseded)
        writer.key("rejected")
        writer.array { writer in
          for index in 0..<rejected { writer.object { $0.member("index", index) } }
        }
      }
    )
  }

  private func quote(_ json: JSONValue?) -> (Int, ByteBuffer) {
    guard let rider = json?["rider"]?.text, let pickup = json?["pickup"].flatMap({ GeoPoint(json: $0) }),
      let dropoff = json?["dropoff"].flatMap({ GeoPoint(json: $0) })
    else { return (400, problem("missing")) }
    guard pickup.latitude < 80 else { return (422, problem("outsideServiceArea")) }
    let id = makeID("q")
    quotes[id] = (rider, pickup, dropoff, now + 600_000)
    return (201, object { $0.member("quoteId", id) })
  }

  private func request(_ json: JSONValue?) -> (Int, ByteBuffer) {
    guard let rider = json?["rider"]?.text, let quoteID = json?["quoteId"]?.text else {
      return (400, problem("missing"))
    }
    guard let quote = quotes[quoteID], quote.rider == rider else { return (404, problem("unknownQuote")) }
    guard quote.expiresAt > now else { return (410, problem("quoteExpired")) }
    if rides.values.contains(where: { $0.rider == rider }) { violations.append("second ride of \(rider)") }
    let ride = Ride(
      id: makeID("ride"), rider: rider, pickup: quote.pickup, dropoff: quote.dropoff,
      requestedAt: json?["time"]?.unixMilliseconds ?? now)
    rides[ride.id] = ride
    return (201, self.json(ride))
  }

  private func shift(_ name: String, _ json: JSONValue?) -> (Int, ByteBuffer) {
    if json?["status"]?.text == "offline" {
      guard drivers[name]?.ride == nil else { return (409, problem("rideUnderway")) }
      if let offer = drivers[name]?.offer { endOffer(offer, "offline") }
      drivers[name]?.isOnline = false
    } else {
      drivers[name, default: Driver()].isOnline = true
      drivers[name]?.position = json?["position"].flatMap { GeoPoint(json: $0) }
    }
    return (200, problem("done"))
  }

  private func answerOffer(_ id: String, _ answer: String, _ json: JSONValue?) -> (Int, ByteBuffer) {
    guard let offer = offers[id], offer.driver == json?["driver"]?.text else { return (404, problem("unknownOffer")) }
    if answer == "decline" {
      endOffer(id, "declined")
      return (200, problem("declined"))
    }
    if offer.state == "accepted", let ride = rides[offer.ride] { return (200, self.json(ride)) }
    guard offer.state == "open" else {
      return offer.state == "expired" ? (410, problem("offerExpired")) : (409, problem("offerWithdrawn"))
    }
    if drivers[offer.driver]?.ride != nil { violations.append("second ride for \(offer.driver)") }
    offers[id]?.state = "accepted"
    drivers[offer.driver]?.offer = nil
    drivers[offer.driver]?.ride = offer.ride
    change(offer.ride) { ride in
      ride.stage = .accepted
      ride.driver = offer.driver
      ride.times["acceptedAt"] = now
    }
    return rides[offer.ride].map { (200, self.json($0)) } ?? (404, problem("unknownRide"))
  }

  private func step(_ id: String, _ step: String, _ json: JSONValue?) -> (Int, ByteBuffer) {
    guard let ride = rides[id] else { return (404, problem("unknownRide")) }
    let time = json?["time"]?.unixMilliseconds ?? now
    if time > now + 60_000 { violations.append("\(step) in the future") }
    if step == "cancel" {
      guard [.requested, .offered, .accepted, .arrived, .cancelledByRider].contains(ride.stage) else {
        return (409, problem("illegalTransition"))
      }
      if ride.stage != .cancelledByRider {
        if let offer = offers.values.first(where: { $0.ride == id && $0.state == "open" }) {
          endOffer(offer.id, "cancelledByRider")
        }
        change(id) { $0.stage = .cancelledByRider }
      }
      return (200, rides[id].map { self.json($0) } ?? ByteBuffer())
    }
    guard ride.driver == json?["driver"]?.text else { return (403, problem("notYours")) }
    let (from, to): (RideStage, RideStage)
    switch step {
    case "arrive": (from, to) = (.accepted, .arrived)
    case "start": (from, to) = (.arrived, .started)
    case "complete": (from, to) = (.started, .completed)
    default: return (404, problem("unknownStep"))
    }
    if ride.stage == to || (to == .completed && ride.stage == .settled) { return (200, self.json(ride)) }
    guard ride.stage == from else { return (409, problem("illegalTransition")) }
    if step == "complete", json?["distanceMeters"]?.integer == nil { violations.append("no distance") }
    change(id) { ride in
      ride.stage = to
      ride.times[to.rawValue + "At"] = time
    }
    if to == .completed, let driver = ride.driver { drivers[driver]?.ride = nil }
    return (200, rides[id].map { self.json($0) } ?? ByteBuffer())
  }

  private func feed(_ parts: [String], _ head: HTTPRequestHead, on connection: FakeConnection) {
    let last = head.headers.first(name: "last-event-id").flatMap { Int($0) }
    if parts[1] == "drivers" {
      let name = parts[2]
      let driver = drivers[name] ?? Driver()
      let snapshot = object { writer in
        writer.member("driver", name)
        writer.member("status", driver.isOnline ? "online" : "offline")
        writer.key("offer")
        if let offer = driver.offer.flatMap({ offers[$0] }) {
          writer.object { write(offer, into: &$0) }
        } else {
          writer.null()
        }
        writer.key("ride")
        if let ride = driver.ride.flatMap({ rides[$0] }) {
          writer.object { write(ride, into: &$0) }
        } else {
          writer.null()
        }
      }
      openStream("driver:" + name, after: last, snapshot: snapshot, ends: false, on: connection)
    } else if let ride = rides[parts[2]] {
      openStream("ride:" + ride.id, after: last, snapshot: json(ride), ends: ride.stage.isFinal, on: connection)
    } else {
      connection.reply(404, problem("unknownRide"))
    }
  }
}
