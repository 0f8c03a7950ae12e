extension World {
  /// Brings a driver into line with the state in which the server sees them.
  /// - Parameter rides: the present one, then the next one.
  mutating func reconcile(_ driver: Int, isOnline: Bool, offer: OfferView?, rides: [RideView]) {
    if !isOnline, drivers[driver].shift == .on, drivers[driver].assignment == nil, rides.isEmpty {
      drivers[driver].shift = .beginning
      actions.append(.goOnline(driver: driver, at: drivers[driver].leg.place(at: now), milliseconds: now))
    }
    for ride in rides {
      noteRide(ride)
      follow(driver, ride)
    }
    for mine in [drivers[driver].assignment, drivers[driver].next] {
      // The snapshot may be older than an answer just received; looking the ride up tells.
      guard let mine, !rides.contains(where: { $0.rideID == mine.rideID }) else { continue }
      actions.append(.inspect(driver: driver, rideID: mine.rideID))
    }
    if let offer { consider(driver, offer) }
  }

  /// Follows what is told about a ride of a driver.
  mutating func follow(_ driver: Int, _ ride: RideView) {
    if drivers[driver].next?.rideID == ride.rideID {
      if isLost(driver, ride) { drivers[driver].next = nil }
      return
    }
    guard drivers[driver].assignment?.rideID == ride.rideID else { return adopt(driver, ride) }
    if isLost(driver, ride) {
      release(driver)
    } else if ride.stage.isServed, drivers[driver].duty == .toDropoff {
      // Somebody else ended the ride, for example an operator.
      release(driver)
    }
  }

  /// Takes up a ride that the server says the driver has, because the answer that would have told was lost.
  private mutating func adopt(_ driver: Int, _ ride: RideView) {
    guard ride.driver == drivers[driver].name, !finished.contains(ride.rideID), let pickup = ride.pickup,
      let dropoff = ride.dropoff
    else { return }
    switch ride.stage {
    case .accepted, .arrived, .started: break
    default: return
    }
    var since = now
    if let answer = drivers[driver].answer, answer.offer.rideID == ride.rideID, answer.isSent {
      // The answer to the accept is under way; it comes to the same.
      since = answer.milliseconds
      drivers[driver].answer = nil
    }
    take(driver, rideID: ride.rideID, pickup: pickup, dropoff: dropoff, at: since)
    guard let assignment = drivers[driver].assignment, assignment.rideID == ride.rideID, ride.stage != .accepted else {
      return
    }
    stay(driver, at: now)
    drivers[driver].moment = now
    drivers[driver].duty = ride.stage == .arrived ? .arriving : .starting
    stepTaken(driver, ride.stage == .arrived ? .arrive : .start, ride)
  }

  private func isLost(_ driver: Int, _ ride: RideView) -> Bool {
    if ride.stage.isFinal, !ride.stage.isServed { return true }
    if let owner = ride.driver { return owner != drivers[driver].name }
    return ride.stage == .requested || ride.stage == .offered
  }

  mutating func inspected(_ driver: Int, rideID: String, _ ride: RideView?) {
    if let ride { return follow(driver, ride) }
    if drivers[driver].next?.rideID == rideID { drivers[driver].next = nil }
    if drivers[driver].assignment?.rideID == rideID { release(driver) }
  }

  mutating func stepRefused(_ driver: Int, rideID: String, _ ride: RideView?) {
    guard drivers[driver].assignment?.rideID == rideID else { return }
    guard let ride, !isLost(driver, ride) else { return release(driver) }
    let step: WorldAction.Step
    let isTaken: Bool
    switch drivers[driver].duty {
    case .arriving: (step, isTaken) = (.arrive, ride.stage != .accepted)
    case .starting: (step, isTaken) = (.start, ride.stage != .accepted && ride.stage != .arrived)
    case .completing: (step, isTaken) = (.complete, ride.stage.isServed)
    case .idle, .repositioning, .toPickup, .boarding, .toDropoff: return
    }
    if isTaken { return stepTaken(driver, step, ride) }
    drivers[driver].refusals += 1
    guard drivers[driver].refusals < Self.mostRefusals else {
      tally.abandonedSteps += 1
      return release(driver)
    }
    drivers[driver].motionToken &+= 1
    timers.set(
      .motion(driver: driver, token: drivers[driver].motionToken), at: now + Self.refusalPauseMilliseconds)
  }
}
