import DispatchCore
import DispatchState
import FunctionKit
import HexGrid

extension Simulation {
  /// Publishes what was committed: to the log, to the apps' feeds, and to the functions that listen to the stream.
  /// - Returns: whether there was anything.
  func publish() async -> Bool {
    var isAny = false
    do {
      while true {
        let messages = try await parts.record.unpublished(limit: 500)
        guard !messages.isEmpty else { return isAny }
        isAny = true
        try await parts.record.markPublished(messages.map(\.sequence))
        for message in messages { await deliver(message) }
      }
    } catch {
      calls.failed("outbox")
      notes.append("the outbox failed: \(error)")
      return false
    }
  }

  private func deliver(_ item: SequencedMessage) async {
    let message = item.message
    let driver = message.driver.flatMap { driverIndex[$0.text] }
    if let json = try? JSONValue(parsing: message.body) {
      switch message.feedEvent {
      case "offer": await offered(json, to: driver)
      case "offerWithdrawn": withdrawn(json, from: driver)
      case "ride":
        if let ride = RideView(json["ride"] ?? json) { await changed(ride, message.ride, driver) }
      case "reposition":
        if let driver, let target = json["target"].flatMap({ GeoPoint(json: $0) }) { suggested(target, to: driver) }
      default: break
      }
    } else if !message.feedEvent.isEmpty {
      calls.failed("malformedEvent")
    }
    for function in parts.functions {
      for trigger in function.streams {
        var event = parts.event(item)
        event.trigger = TriggerInfo(kind: "redis-stream", name: trigger)
        _ = await handle(event, function, caller: .service("stream"))
      }
    }
  }

  private func offered(_ json: JSONValue, to driver: Int?) async {
    guard let driver, let offer = OfferView(json) else { return calls.failed("malformedEvent") }
    let name = world.name(ofDriver: driver)
    let meters = json["pickupDistanceMeters"]?.integer ?? 0
    let seconds = json["pickupETASeconds"]?.integer ?? 0
    log.note(world.now, "offer", offer.offerID, offer.rideID, "\(name) \(seconds) s \(meters) m")
    await checkOffer(offer, driver)
    if isConnected[driver] { tell(.offer(driver: driver, offer)) }
  }

  private func withdrawn(_ json: JSONValue, from driver: Int?) {
    guard let driver, let offerID = json["offerId"]?.text else { return calls.failed("malformedEvent") }
    log.note(world.now, "withdrawn", offerID, world.name(ofDriver: driver), json["reason"]?.text ?? "")
    if isConnected[driver] { tell(.offerWithdrawn(driver: driver, offerID: offerID)) }
  }

  private func changed(_ ride: RideView, _ id: RideID, _ driver: Int?) async {
    log.note(world.now, "ride", ride.rideID, ride.stage.rawValue, "\(ride.version) \(ride.driver ?? "-")")
    if ride.stage == .settled, let settlement = try? await parts.record.settlement(of: id) {
      let total = settlement.charge.total
      log.note(
        world.now, "charge", ride.rideID, "\(total.minorUnits) \(total.currency.code)",
        "\(settlement.payoutMinorUnits) \(settlement.commissionMinorUnits)")
    }
    if let driver, isConnected[driver] {
      tell(.driverRide(driver: driver, ride))
      touched.append(driver)
    }
    if let request = world.request(ofRide: ride.rideID) { tell(.riderRide(request: request, ride)) }
  }

  private func suggested(_ target: GeoPoint, to driver: Int) {
    log.note(world.now, "reposition", world.name(ofDriver: driver), "\(target.latitude)", "\(target.longitude)")
    guard isConnected[driver] else { return }
    tell(.reposition(driver: driver, target: target))
    touched.append(driver)
  }

  // MARK: Disturbances

  func disturb(_ event: Disturbances.Event) async {
    let driver = event.driver
    var next = event
    switch event.kind {
    case .leave:
      if isConnected[driver], world.endShift(driver) {
        next.kind = .comeBack
        next.milliseconds = world.now + event.duration
      } else {
        // Busy now: a little later.
        next.milliseconds = world.now + 30_000
        guard next.milliseconds < scenario.endMilliseconds else { return }
      }
      disturbances.add(next)
    case .comeBack:
      if isConnected[driver] {
        world.beginShift(driver)
      } else {
        next.milliseconds = world.now + 30_000
        disturbances.add(next)
      }
    case .lose:
      guard isConnected[driver] else { return }
      isConnected[driver] = false
      log.note(world.now, "lost", world.name(ofDriver: driver))
      next.kind = .reconnect
      next.milliseconds = world.now + event.duration
      disturbances.add(next)
    case .reconnect: await reconnect(driver)
    }
  }

  /// The app is back: it says what it could not say, and asks how things stand.
  private func reconnect(_ driver: Int) async {
    isConnected[driver] = true
    let name = world.name(ofDriver: driver)
    log.note(world.now, "back", name)
    for action in unsent.removeValue(forKey: driver) ?? [] { await perform(action) }
    guard let function = functions["driver-feed"] else { return }
    let event = Event(
      id: "sim-feed-\(name)-\(world.now)", source: "/cabstand/simulate", type: "cabstand.http.requested.v1",
      trigger: TriggerInfo(kind: "http", name: "http"),
      request: HTTPRequestInfo(method: "GET", path: "/v1/drivers/\(name)/feed", parameters: ["id": name]))
    guard case .success(let response) = await handle(event, function, caller: .driver(name)),
      case .events(let feed) = response.body
    else { return }
    await takeSnapshot(of: driver, from: feed)
    touched.append(driver)
    wheel.set(driver, at: world.now / 1_000)
  }

  private func takeSnapshot(of driver: Int, from feed: some AsyncSequence<ServerSentEvent, any Error>) async {
    do {
      for try await event in feed {
        guard event.event == "snapshot", let json = try? JSONValue(parsing: event.data) else { continue }
        return tell(
          .snapshot(
            driver: driver, isOnline: json["status"]?.text != "offline", offer: json["offer"].flatMap { OfferView($0) },
            ride: json["ride"].flatMap { RideView($0) }, next: json["nextRide"].flatMap { RideView($0) }))
      }
    } catch {
      calls.failed("feed")
    }
  }
}
