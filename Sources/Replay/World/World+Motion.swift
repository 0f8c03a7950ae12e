import HexGrid

extension World {
  /// Sends a driver to a pickup place.
  mutating func begin(_ driver: Int, _ assignment: SimulatedDriver.Assignment, at milliseconds: Int64) {
    let start = max(milliseconds, drivers[driver].leg.purpose == .stay ? drivers[driver].leg.departs : 0)
    drivers[driver].assignment = assignment
    drivers[driver].duty = .toPickup
    drivers[driver].refusals = 0
    drive(driver, .pickup, to: assignment.pickup, departs: start, duration: nil)
  }

  mutating func reposition(_ driver: Int, to target: GeoPoint) {
    guard drivers[driver].isIdle, drivers[driver].answer == nil, target.isValid else { return }
    tally.repositions += 1
    drivers[driver].duty = .repositioning
    drive(driver, .reposition, to: target, departs: now, duration: nil)
  }

  /// Starts a drive from wherever the driver is at that moment.
  private mutating func drive(
    _ driver: Int, _ purpose: Leg.Purpose, to target: GeoPoint, departs: Int64, duration: Int64?
  ) {
    settleLeg(driver, at: departs)
    let from = drivers[driver].leg.place(at: departs)
    let travelTime = scenario.travelTime
    drivers[driver].leg = Leg(
      purpose, from: from, to: target, departs: departs,
      duration: duration ?? travelTime.milliseconds(from: from, to: target, at: departs),
      meters: travelTime.distanceMeters(from: from, to: target))
    setMotionTimer(driver, at: drivers[driver].leg.arrives)
  }

  private mutating func setMotionTimer(_ driver: Int, at milliseconds: Int64) {
    drivers[driver].motionToken &+= 1
    timers.set(.motion(driver: driver, token: drivers[driver].motionToken), at: milliseconds)
  }

  /// Counts the metres of a drive that ends or is broken off.
  mutating func settleLeg(_ driver: Int, at milliseconds: Int64) {
    let leg = drivers[driver].leg
    let meters = leg.meters * leg.share(at: milliseconds)
    switch leg.purpose {
    case .stay: break
    case .pickup: tally.pickupMeters += meters
    case .reposition: tally.repositionMeters += meters
    case .ride: tally.rideMeters += meters
    }
  }

  mutating func stay(_ driver: Int, at milliseconds: Int64) {
    settleLeg(driver, at: milliseconds)
    drivers[driver].leg = Leg(stayAt: drivers[driver].leg.place(at: milliseconds), since: milliseconds)
  }

  mutating func endMotion(_ driver: Int, at milliseconds: Int64) {
    guard let assignment = drivers[driver].assignment else {
      if drivers[driver].duty == .repositioning {
        stay(driver, at: milliseconds)
        drivers[driver].duty = .idle
      }
      return
    }
    switch drivers[driver].duty {
    case .toPickup:
      stay(driver, at: milliseconds)
      drivers[driver].moment = max(milliseconds, assignment.since)
      drivers[driver].duty = .arriving
      if arrivals[assignment.rideID] == nil { arrivals[assignment.rideID] = drivers[driver].moment }
      report(driver, .arrive)
    case .boarding:
      drivers[driver].moment = max(milliseconds, drivers[driver].moment)
      drivers[driver].duty = .starting
      report(driver, .start)
    case .toDropoff:
      drivers[driver].rideMeters = drivers[driver].leg.meters
      stay(driver, at: milliseconds)
      drivers[driver].moment = max(milliseconds, drivers[driver].moment)
      drivers[driver].duty = .completing
      report(driver, .complete)
    case .arriving: report(driver, .arrive)
    case .starting: report(driver, .start)
    case .completing: report(driver, .complete)
    case .idle, .repositioning: break
    }
  }

  private mutating func report(_ driver: Int, _ step: WorldAction.Step) {
    guard let assignment = drivers[driver].assignment else { return }
    actions.append(
      .step(
        driver: driver, rideID: assignment.rideID, step: step, milliseconds: drivers[driver].moment,
        distanceMeters: step == .complete ? drivers[driver].rideMeters : 0))
  }

  mutating func stepTaken(_ driver: Int, _ step: WorldAction.Step, _ ride: RideView) {
    guard let assignment = drivers[driver].assignment, assignment.rideID == ride.rideID else { return }
    drivers[driver].refusals = 0
    switch (drivers[driver].duty, step) {
    case (.arriving, .arrive):
      drivers[driver].duty = .boarding
      setMotionTimer(driver, at: drivers[driver].moment + configuration.boardingMilliseconds)
    case (.starting, .start): setOff(driver, assignment)
    case (.completing, .complete): finish(driver)
    default: break
    }
  }

  /// Drives the rider to the destination, as long as the record says the ride took.
  private mutating func setOff(_ driver: Int, _ assignment: SimulatedDriver.Assignment) {
    let recorded = requestOfRide[assignment.rideID].flatMap { scenario.requests[$0].rideMilliseconds }
    drivers[driver].duty = .toDropoff
    drive(driver, .ride, to: assignment.dropoff, departs: drivers[driver].moment, duration: recorded)
  }

  /// The ride is over: the driver is free where they are, or takes the next one.
  mutating func finish(_ driver: Int) {
    if let assignment = drivers[driver].assignment { finished.insert(assignment.rideID) }
    drivers[driver].assignment = nil
    drivers[driver].duty = .idle
    drivers[driver].motionToken &+= 1
    drivers[driver].refusals = 0
    guard let next = drivers[driver].next else { return }
    drivers[driver].next = nil
    begin(driver, next, at: max(next.since, drivers[driver].moment))
  }

  /// The ride is gone: the driver stops where they are.
  mutating func release(_ driver: Int) {
    stay(driver, at: now)
    drivers[driver].moment = max(drivers[driver].moment, now)
    tally.releases += 1
    finish(driver)
  }
}
