import FunctionKit
import HexGrid
import NIOCore

extension ReplaySession {
  /// Carries out a wish and tells the world what came of it.
  func perform(_ action: WorldAction) async {
    switch action {
    case .goOnline(let driver, let place, _): await goOnline(driver, at: place)
    case .goOffline(let driver): await goOffline(driver)
    case .accept(let driver, let offerID, let rideID): await accept(driver, offerID: offerID, rideID: rideID)
    case .decline(let driver, let offerID, _): await decline(driver, offerID: offerID)
    case .step(let driver, let rideID, let step, let milliseconds, let meters):
      await report(driver, rideID: rideID, step, milliseconds: milliseconds, meters: meters)
    case .place(let request): await place(request)
    case .cancel(let request, let rideID, let milliseconds):
      await cancel(request, rideID: rideID, milliseconds: milliseconds)
    case .inspect(let driver, let rideID):
      if let (_, ride) = await ride(rideID) { tell(.inspected(driver: driver, rideID: rideID, ride)) }
    }
  }

  private func caller(ofDriver driver: Int) -> (name: String, value: String) {
    ("x-cabstand-caller", "driver:" + world.name(ofDriver: driver))
  }

  private func caller(ofRiderOf request: Int) -> (name: String, value: String) {
    ("x-cabstand-caller", "rider:" + world.name(ofRiderOf: request))
  }

  // MARK: Shifts

  private func goOnline(_ driver: Int, at place: GeoPoint) async {
    let body = ByteBuffer.json { json in
      json.member("status", "online")
      json.member("position", place)
    }
    let request = HTTPCall(
      .put, "/v1/drivers/\(world.name(ofDriver: driver))/shift", body: body,
      headers: [caller(ofDriver: driver)],
      deadline: .seconds(30))
    guard let reply = await call(request, deliberate: [422]) else { return tell(.shiftRefused(driver: driver)) }
    guard reply.status == 200 else { return tell(.shiftRefused(driver: driver)) }
    tell(.online(driver: driver))
    await openDriverFeed(driver)
  }

  private func goOffline(_ driver: Int) async {
    let body = ByteBuffer.json { json in
      json.member("status", "offline")
    }
    let request = HTTPCall(
      .put, "/v1/drivers/\(world.name(ofDriver: driver))/shift", body: body,
      headers: [caller(ofDriver: driver)])
    for feed in feeds.values where feed.subject == .driver(driver) { feed.isDone = true }
    for _ in 1...10 {
      guard let reply = await call(request, deliberate: [409]) else { return }
      if reply.status != 409 { break }
      try? await Task.sleep(for: .milliseconds(500))
      if Task.isCancelled { return }
    }
    tell(.offline(driver: driver))
  }

  // MARK: Offers and steps

  private func driverBody(_ driver: Int) -> ByteBuffer {
    let body = ByteBuffer.json { json in
      json.member("driver", world.name(ofDriver: driver))
    }
    return body
  }

  private func accept(_ driver: Int, offerID: String, rideID: String) async {
    let request = HTTPCall(
      .post, "/v1/offers/\(offerID)/accept", body: driverBody(driver), headers: [caller(ofDriver: driver)])
    let reply = await call(request, deliberate: [409, 410])
    if let reply, reply.status == 200, let ride = reply.json.flatMap({ RideView($0) }) {
      tell(.accepted(driver: driver, offerID: offerID, ride))
    } else {
      tell(.offerGone(driver: driver, offerID: offerID))
    }
  }

  private func decline(_ driver: Int, offerID: String) async {
    let request = HTTPCall(
      .post, "/v1/offers/\(offerID)/decline", body: driverBody(driver), headers: [caller(ofDriver: driver)])
    _ = await call(request, deliberate: [409, 410])
    tell(.offerGone(driver: driver, offerID: offerID))
  }

  private func report(
    _ driver: Int, rideID: String, _ step: WorldAction.Step, milliseconds: Int64, meters: Double
  ) async {
    let body = ByteBuffer.json { json in
      json.member("driver", world.name(ofDriver: driver))
      json.member("time", milliseconds)
      if step == .complete { json.member("distanceMeters", Int(meters.rounded())) }
    }
    let request = HTTPCall(
      .post, "/v1/rides/\(rideID)/\(step.rawValue)", body: body, headers: [caller(ofDriver: driver)])
    let reply = await call(request, deliberate: [409])
    if let reply, reply.status == 200, let ride = reply.json.flatMap({ RideView($0) }) {
      return tell(.stepTaken(driver: driver, step: step, ride))
    }
    guard let (_, ride) = await ride(rideID) else { return }
    tell(.stepRefused(driver: driver, rideID: rideID, ride))
  }

  // MARK: Requests

  private func place(_ request: Int) async {
    for attempt in 1... {
      guard let quoteID = await quote(request, attempt: attempt) else { return }
      if world.isImpatient(request) { return tell(.notPlaced(request: request, isRefused: false)) }
      guard let reply = await order(request, quoteID: quoteID, attempt: attempt) else { return }
      if reply.status == 200 || reply.status == 201, let ride = reply.json.flatMap({ RideView($0) }) {
        tell(.placed(request: request, ride))
        if !ride.stage.isFinal { await openRiderFeed(request, rideID: ride.rideID) }
        return
      }
      // The quote expired while the server was away: ask for another.
      guard reply.status == 410, !world.isImpatient(request) else {
        return tell(.notPlaced(request: request, isRefused: reply.status != 410))
      }
    }
  }

  private func quote(_ request: Int, attempt: Int) async -> String? {
    let body = ByteBuffer.json { json in
      json.member("rider", world.name(ofRiderOf: request))
      json.member("pickup", scenario.requests[request].pickup)
      json.member("dropoff", scenario.requests[request].dropoff)
      json.member("vehicleClass", "standard")
    }
    let call = HTTPCall(
      .post, "/v1/quotes", body: body,
      headers: [caller(ofRiderOf: request), ("idempotency-key", "\(run)-q\(request)-\(attempt)")])
    guard let reply = await self.call(call, deliberate: [422], isPointless: { world.isImpatient(request) }) else {
      tell(.notPlaced(request: request, isRefused: false))
      return nil
    }
    guard reply.status == 200 || reply.status == 201, let quoteID = reply.json?["quoteId"]?.text else {
      tell(.notPlaced(request: request, isRefused: true))
      return nil
    }
    return quoteID
  }

  /// Turns a quote into a ride. Once sent it is sent until there is an answer, whatever the rider's patience: a ride may
  /// exist that nobody would cancel.
  private func order(_ request: Int, quoteID: String, attempt: Int) async -> HTTPReply? {
    let body = ByteBuffer.json { json in
      json.member("rider", world.name(ofRiderOf: request))
      json.member("quoteId", quoteID)
      json.member("time", scenario.requests[request].unixMilliseconds)
    }
    return await call(
      HTTPCall(
        .post, "/v1/rides", body: body,
        headers: [caller(ofRiderOf: request), ("idempotency-key", "\(run)-d\(request)-\(attempt)")]),
      deliberate: [410])
  }

  private func cancel(_ request: Int, rideID: String, milliseconds: Int64) async {
    let body = ByteBuffer.json { json in
      json.member("rider", world.name(ofRiderOf: request))
      json.member("time", milliseconds)
    }
    let call = HTTPCall(
      .post, "/v1/rides/\(rideID)/cancel", body: body, headers: [caller(ofRiderOf: request)])
    let reply = await self.call(call, deliberate: [409])
    if let reply, reply.status == 200, let ride = reply.json.flatMap({ RideView($0) }) {
      return tell(.riderRide(request: request, ride))
    }
    await lookUp(request: request, rideID: rideID)
  }

  /// Learns a ride's state by asking.
  func lookUp(request: Int, rideID: String) async {
    if case (_, let ride?)? = await ride(rideID) { tell(.riderRide(request: request, ride)) }
  }

  /// A ride by its id.
  /// - Returns: nil where there was no answer; no ride where the server knows of none.
  private func ride(_ rideID: String) async -> (status: Int, ride: RideView?)? {
    guard let reply = await call(HTTPCall(.get, "/v1/rides/\(rideID)"), deliberate: []) else { return nil }
    return (reply.status, reply.status == 200 ? reply.json.flatMap { RideView($0) } : nil)
  }

  // MARK: Pings

  /// Posts the pings that are due, in arrays of at most 100. Pings are not sent again: the next ones say more.
  func sendPings(until milliseconds: Int64) {
    let pings = world.takePings(until: milliseconds)
    let most = max(8, scenario.drivers.count / 50)
    for start in stride(from: 0, to: pings.count, by: 100) {
      let chunk = pings[start..<min(start + 100, pings.count)]
      guard isUp, pingRequestsInFlight < most else {
        pingCount.skipped += chunk.count
        continue
      }
      pingRequestsInFlight += 1
      let body = encoder.array(chunk)
      let count = chunk.count
      spawn { await $0.postPings(body, count: count) }
    }
  }

  private func postPings(_ body: ByteBuffer, count: Int) async {
    defer { pingRequestsInFlight -= 1 }
    let start = NIODeadline.now()
    calls.sent()
    do throws(HTTPFailure) {
      let reply = try await client.send(HTTPCall(.post, "/v1/pings", body: body, deadline: .seconds(5)))
      guard reply.status < 500, reply.status != 429 else {
        pingCount.lost += count
        let name = "\(reply.status) \(reply.problemCode ?? "")"
        return reply.status == 429 ? calls.refused(name) : pingsFailed(name, start: start)
      }
      if reply.status != 200 { calls.failed("\(reply.status) \(reply.problemCode ?? "")") }
      pingCount.note(reply, count: count)
      if isPingFailing {
        isPingFailing = false
        afterOutage(outages.succeeded(at: .now()))
      }
    } catch {
      pingCount.lost += count
      guard error != .closed else { return }
      pingsFailed(error.code, start: start)
      if error == .refused || error == .lost { noteLost() }
    }
  }

  private func pingsFailed(_ cause: String, start: NIODeadline) {
    calls.failed(cause)
    outages.failed(isFirst: !isPingFailing, start: start, cause: cause)
    isPingFailing = true
  }
}
