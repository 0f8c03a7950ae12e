import FunctionKit
import HexGrid

extension Simulation {
  /// Carries out a wish and tells the world what came of it.
  func perform(_ action: WorldAction) async {
    if let driver = Self.driver(of: action), !isConnected[driver] {
      unsent[driver, default: []].append(action)
      return
    }
    switch action {
    case .goOnline(let driver, let place, _): await goOnline(driver, at: place)
    case .goOffline(let driver): await goOffline(driver)
    case .accept(let driver, let offerID, _): await accept(driver, offerID: offerID)
    case .decline(let driver, let offerID, _): await decline(driver, offerID: offerID)
    case .step(let driver, let rideID, let step, let milliseconds, let meters):
      await report(driver, rideID: rideID, step, milliseconds: milliseconds, meters: meters)
    case .place(let request): await place(request)
    case .cancel(let request, let rideID, let milliseconds):
      await cancel(request, rideID: rideID, milliseconds: milliseconds)
    case .inspect(let driver, let rideID):
      tell(.inspected(driver: driver, rideID: rideID, await lookUp(rideID)))
      touched.append(driver)
    }
  }

  private static func driver(of action: WorldAction) -> Int? {
    switch action {
    case .goOnline(let driver, _, _), .goOffline(let driver), .accept(let driver, _, _), .decline(let driver, _, _),
      .step(let driver, _, _, _, _), .inspect(let driver, _):
      driver
    case .place, .cancel: nil
    }
  }

  private func caller(ofDriver driver: Int) -> Caller { .driver(world.name(ofDriver: driver)) }

  /// The bytes of a JSON object.
  private static func body(_ members: (inout JSONWriter) -> Void) -> [UInt8] {
    JSONWriter.bytes { $0.object(members) }
  }

  // MARK: Shifts

  private func goOnline(_ driver: Int, at place: GeoPoint) async {
    let name = world.name(ofDriver: driver)
    let body = Self.body { json in
      json.member("status", "online")
      json.member("position", place)
    }
    let reply = await request(
      "driver-shift", "PUT", "/v1/drivers/\(name)/shift", id: name, body: body, caller: caller(ofDriver: driver))
    guard reply.isGood else { return tell(.shiftRefused(driver: driver)) }
    log.note(world.now, "online", name)
    lastPing[driver] = world.now
    tell(.online(driver: driver))
  }

  private func goOffline(_ driver: Int) async {
    let name = world.name(ofDriver: driver)
    let reply = await request(
      "driver-shift", "PUT", "/v1/drivers/\(name)/shift", id: name,
      body: Self.body { $0.member("status", "offline") }, caller: caller(ofDriver: driver))
    guard reply.isGood else { return world.keepShift(driver) }
    log.note(world.now, "offline", name)
    tell(.offline(driver: driver))
  }

  // MARK: Offers and steps

  private func driverBody(_ driver: Int) -> [UInt8] {
    Self.body { $0.member("driver", world.name(ofDriver: driver)) }
  }

  private func accept(_ driver: Int, offerID: String) async {
    let reply = await request(
      "answer-offer", "POST", "/v1/offers/\(offerID)/accept", id: offerID, body: driverBody(driver),
      caller: caller(ofDriver: driver))
    noteAnswer(driver, offerID, "accept", reply)
    if reply.isGood, let ride = reply.ride {
      tell(.accepted(driver: driver, offerID: offerID, ride))
    } else {
      tell(.offerGone(driver: driver, offerID: offerID))
    }
  }

  private func decline(_ driver: Int, offerID: String) async {
    let reply = await request(
      "answer-offer", "POST", "/v1/offers/\(offerID)/decline", id: offerID, body: driverBody(driver),
      caller: caller(ofDriver: driver))
    noteAnswer(driver, offerID, "decline", reply)
    tell(.offerGone(driver: driver, offerID: offerID))
  }

  private func noteAnswer(_ driver: Int, _ offerID: String, _ answer: StaticString, _ reply: Reply) {
    log.note(world.now, answer, offerID, world.name(ofDriver: driver), reply.isGood ? "" : reply.code)
  }

  private func report(
    _ driver: Int, rideID: String, _ step: WorldAction.Step, milliseconds: Int64, meters: Double
  ) async {
    let body = Self.body { json in
      json.member("driver", world.name(ofDriver: driver))
      json.member("time", milliseconds)
      if step == .complete { json.member("distanceMeters", Int(meters.rounded())) }
    }
    let reply = await request(
      "ride-progress", "POST", "/v1/rides/\(rideID)/\(step.rawValue)", id: rideID, body: body,
      caller: caller(ofDriver: driver))
    if reply.isGood, let ride = reply.ride {
      tell(.stepTaken(driver: driver, step: step, ride))
    } else {
      tell(.stepRefused(driver: driver, rideID: rideID, await lookUp(rideID)))
    }
    touched.append(driver)
  }

  // MARK: Requests

  private func place(_ request: Int) async {
    let rider = world.name(ofRiderOf: request)
    let quoteBody = Self.body { json in
      json.member("rider", rider)
      json.member("pickup", scenario.requests[request].pickup)
      json.member("dropoff", scenario.requests[request].dropoff)
      json.member("vehicleClass", "standard")
    }
    let quote = await self.request(
      "quote-fare", "POST", "/v1/quotes", body: quoteBody, caller: .rider(rider), key: "sim-q\(request)")
    guard quote.isGood, let quoteID = quote.json?["quoteId"]?.text else {
      return tell(.notPlaced(request: request, isRefused: true))
    }
    let body = Self.body { json in
      json.member("rider", rider)
      json.member("quoteId", quoteID)
      json.member("time", scenario.requests[request].unixMilliseconds)
    }
    let reply = await self.request(
      "request-ride", "POST", "/v1/rides", body: body, caller: .rider(rider), key: "sim-d\(request)")
    guard reply.isGood, let ride = reply.ride else {
      return tell(.notPlaced(request: request, isRefused: true))
    }
    tell(.placed(request: request, ride))
  }

  private func cancel(_ request: Int, rideID: String, milliseconds: Int64) async {
    let rider = world.name(ofRiderOf: request)
    let body = Self.body { json in
      json.member("rider", rider)
      json.member("time", milliseconds)
    }
    let reply = await self.request(
      "ride-progress", "POST", "/v1/rides/\(rideID)/cancel", id: rideID, body: body, caller: .rider(rider))
    log.note(world.now, "cancel", rideID, rider, reply.isGood ? "" : reply.code)
    let known = reply.isGood ? reply.ride : await lookUp(rideID)
    if let known { tell(.riderRide(request: request, known)) }
  }
}
