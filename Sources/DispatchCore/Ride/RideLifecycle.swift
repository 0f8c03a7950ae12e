/// The steps of a ride, each as a change that a store applies whole or not at all.
///
/// Pure: what is legal is decided here, by `RideState.after(_:)` and `DriverActivity.after(_:)`; stores only check that nothing
/// changed meanwhile. Steps that turn the driver take what the driver is doing, as it was read; nil stands for a driver with
/// nothing in store but this ride or offer.
package enum RideLifecycle {
  /// Why a step is not possible.
  package enum Refusal: Error, Sendable, Hashable {
    /// The state does not allow the action.
    case illegalTransition(from: RideState, action: RideAction)
    /// Another driver's ride or offer.
    case notYours
    /// The offer's time is over.
    case offerExpired
    /// The offer was closed otherwise.
    case offerClosed(OfferState)
    /// The rider must be given more time; seconds left.
    case tooEarly(secondsLeft: Int)
    /// The driver must end that ride first.
    case rideBefore(RideID)
    /// What the driver is said to be doing has nothing to do with this ride or offer: something changed meanwhile.
    case driverElsewhere
  }

  /// Puts the ride to a driver.
  /// - Parameters:
  ///   - ride: a requested ride.
  ///   - driver: who is asked.
  ///   - pickupETASeconds: how long the driver needs to the pickup.
  ///   - pickupDistanceMeters: how far it is.
  ///   - now: the moment.
  ///   - answerSeconds: how long the driver may take to answer.
  package static func offer(
    _ ride: Ride, to driver: DriverID, pickupETASeconds: Int, pickupDistanceMeters: Int, now: Timestamp,
    answerSeconds: Int
  ) throws(Refusal) -> RideChange {
    let (made, offer) = try make(ride, driver, pickupETASeconds, pickupDistanceMeters, now, answerSeconds)
    var change = made
    change.driver = try turn(driver, .idle, .offer(offer.id), at: now)
    return change
  }

  /// Puts the ride to a driver who is about to end another one, as the next.
  /// - Parameters:
  ///   - ride: a requested ride.
  ///   - driver: who is asked, with the ride to end first.
  ///   - pickupETASeconds: how long the driver needs to the pickup, the rest of the present ride included.
  ///   - pickupDistanceMeters: how far it is from where the present ride ends.
  ///   - now: the moment.
  ///   - answerSeconds: how long the driver may take to answer.
  package static func offerNext(
    _ ride: Ride, to driver: SoonFreeDriver, pickupETASeconds: Int, pickupDistanceMeters: Int, now: Timestamp,
    answerSeconds: Int
  ) throws(Refusal) -> RideChange {
    let (made, offer) = try make(ride, driver.driver, pickupETASeconds, pickupDistanceMeters, now, answerSeconds)
    var change = made
    change.driver = try turn(
      driver.driver, .busy(driver.ride), .offerNext(offer.id, during: driver.ride), at: now)
    return change
  }

  private static func make(
    _ ride: Ride, _ driver: DriverID, _ pickupETASeconds: Int, _ pickupDistanceMeters: Int, _ now: Timestamp,
    _ answerSeconds: Int
  ) throws(Refusal) -> (RideChange, Offer) {
    var change = try step(ride, .offer, at: now)
    change.ride.offerRound += 1
    change.ride.driver = driver
    change.ride.pickupETASeconds = pickupETASeconds
    let offer = Offer(
      id: .offer(of: ride.id, round: change.ride.offerRound), ride: ride.id, driver: driver, region: ride.region,
      pickupETASeconds: pickupETASeconds, pickupDistanceMeters: pickupDistanceMeters, offeredAt: now,
      expiresAt: now.advanced(bySeconds: answerSeconds))
    change.offer = .make(offer)
    return (change, offer)
  }

  /// The driver takes the offer.
  package static func accept(
    _ ride: Ride, _ offer: Offer, by driver: DriverID, activity: DriverActivity? = nil, now: Timestamp
  ) throws(Refusal) -> RideChange {
    try checkOpen(offer, of: ride, by: driver)
    if now >= offer.expiresAt { throw .offerExpired }
    var change = try step(ride, .accept, at: now)
    change.ride.acceptedAt = latest(now, ride.requestedAt)
    change.offer = .close(closed(offer, .accepted, at: now))
    change.driver = try turn(driver, activity ?? .offered(offer.id), .accept(offer.id, ride.id), at: now)
    return change
  }

  /// The driver refuses the offer.
  package static func decline(
    _ ride: Ride, _ offer: Offer, by driver: DriverID, activity: DriverActivity? = nil, now: Timestamp
  ) throws(Refusal) -> RideChange {
    try checkOpen(offer, of: ride, by: driver)
    return try reopen(ride, offer, .decline, .declined, activity, .closeOffer(offer.id), now: now)
  }

  /// Nobody answered the offer in time.
  package static func lapse(
    _ ride: Ride, _ offer: Offer, activity: DriverActivity? = nil, now: Timestamp
  ) throws(Refusal) -> RideChange {
    if offer.state != .open { throw .offerClosed(offer.state) }
    return try reopen(ride, offer, .lapseOffer, .expired, activity, .closeOffer(offer.id), now: now)
  }

  /// The driver, who is not on a ride, goes off shift with the offer open.
  package static func withdraw(_ ride: Ride, _ offer: Offer, now: Timestamp) throws(Refusal) -> RideChange {
    if offer.state != .open { throw .offerClosed(offer.state) }
    return try reopen(ride, offer, .withdrawOffer, .withdrawn, nil, .leave(offer.id), now: now)
  }

  /// The driver is at the pickup, and on no other ride any more.
  package static func arrive(
    _ ride: Ride, by driver: DriverID, activity: DriverActivity? = nil, at time: Timestamp
  ) throws(Refusal) -> RideChange {
    try checkDriver(driver, of: ride)
    var change = try step(ride, .arrive, at: time)
    // Once a ride is the present one it never becomes the next one again, so this needs no check when it is applied.
    if let activity, let present = activity.ride, activity.nextRide == ride.id { throw .rideBefore(present) }
    change.ride.arrivedAt = latest(time, ride.acceptedAt)
    return change
  }

  /// The rider is aboard.
  package static func start(_ ride: Ride, by driver: DriverID, at time: Timestamp) throws(Refusal) -> RideChange {
    try checkDriver(driver, of: ride)
    var change = try step(ride, .start, at: time)
    change.ride.startedAt = latest(time, ride.arrivedAt)
    return change
  }

  /// The rider was dropped off.
  package static func complete(
    _ ride: Ride, by driver: DriverID, activity: DriverActivity? = nil, at time: Timestamp, distanceMeters: Int?,
    report: TripReport? = nil
  ) throws(Refusal) -> RideChange {
    try checkDriver(driver, of: ride)
    var change = try step(ride, .complete, at: time)
    change.ride.completedAt = latest(time, ride.startedAt)
    change.ride.distanceMeters = distanceMeters
    change.ride.report = report
    change.driver = try turn(driver, activity ?? .busy(ride.id), .endRide(ride.id), at: time)
    return change
  }

  /// The rider was charged and the driver paid.
  package static func settle(_ ride: Ride, _ settlement: Settlement, at time: Timestamp) throws(Refusal) -> RideChange {
    var change = try step(ride, .settle, at: time)
    change.settlement = settlement
    return change
  }

  /// Nobody came in time.
  package static func expire(_ ride: Ride, now: Timestamp) throws(Refusal) -> RideChange {
    try step(ride, .expire, at: now)
  }

  /// The rider calls it off.
  /// - Parameters:
  ///   - ride: a ride of that rider.
  ///   - rider: who calls it off.
  ///   - offer: the open offer, where the ride is offered.
  ///   - activity: what the ride's driver is doing.
  ///   - time: when, by the rider's clock.
  package static func cancel(
    _ ride: Ride, byRider rider: RiderID, offer: Offer?, activity: DriverActivity? = nil, at time: Timestamp
  ) throws(Refusal) -> RideChange {
    if ride.rider != rider { throw .notYours }
    var change = try step(ride, .cancelByRider, at: time)
    if ride.state == .offered, let offer, offer.state == .open {
      change.offer = .close(closed(offer, .withdrawn, at: time))
      change.driver = try turn(offer.driver, activity ?? .offered(offer.id), .closeOffer(offer.id), at: time)
    } else if let driver = ride.driver, ride.state.hasActiveDriver {
      change.driver = try turn(driver, activity ?? .busy(ride.id), .endRide(ride.id), at: time)
    }
    return change
  }

  /// How long a request waits at least once more that a driver gave back, in seconds.
  package static let reopenedSeconds = 300

  /// The driver calls it off: the request is open again for `reopenedSeconds` at least, unless the rider is aboard.
  /// - Parameters:
  ///   - ride: a ride of that driver.
  ///   - driver: who calls it off.
  ///   - activity: what the driver is doing.
  ///   - time: when, by the driver's clock.
  ///   - now: the moment; that time, where it is left out.
  package static func cancel(
    _ ride: Ride, byDriver driver: DriverID, activity: DriverActivity? = nil, at time: Timestamp,
    now: Timestamp? = nil
  ) throws(Refusal) -> RideChange {
    try checkDriver(driver, of: ride)
    var change = try step(ride, .cancelByDriver, at: time)
    change.driver = try turn(driver, activity ?? .busy(ride.id), .endRide(ride.id), at: time)
    if change.ride.state == .requested {
      release(&change.ride, driver)
      // The wait for this driver is not to be held against the rider.
      let reopened = max(latest(time, lastStep(of: ride)), now ?? time)
      change.ride.expiresAt = max(ride.expiresAt, reopened.advanced(bySeconds: reopenedSeconds))
    }
    return change
  }

  /// The rider was not there.
  /// - Parameters:
  ///   - ride: a ride of that driver.
  ///   - driver: who reports it.
  ///   - activity: what the driver is doing.
  ///   - time: when, by the driver's clock.
  ///   - graceSeconds: how long the driver must have waited.
  package static func noShow(
    _ ride: Ride, by driver: DriverID, activity: DriverActivity? = nil, at time: Timestamp, graceSeconds: Int
  ) throws(Refusal) -> RideChange {
    try checkDriver(driver, of: ride)
    var change = try step(ride, .reportNoShow, at: time)
    let waited = time.milliseconds(since: ride.arrivedAt ?? time) / 1_000
    if waited < Int64(graceSeconds) { throw .tooEarly(secondsLeft: graceSeconds - Int(clamping: max(waited, 0))) }
    change.driver = try turn(driver, activity ?? .busy(ride.id), .endRide(ride.id), at: time)
    return change
  }

  private static func step(_ ride: Ride, _ action: RideAction, at time: Timestamp) throws(Refusal) -> RideChange {
    guard let next = ride.state.after(action) else {
      throw .illegalTransition(from: ride.state, action: action)
    }
    var change = RideChange(ride: ride, expectedVersion: ride.version)
    change.ride.state = next
    change.ride.version += 1
    if next.isFinal { change.ride.endedAt = latest(time, lastStep(of: ride)) }
    return change
  }

  private static func reopen(
    _ ride: Ride, _ offer: Offer, _ action: RideAction, _ offerState: OfferState, _ activity: DriverActivity?,
    _ driverAction: DriverAction, now: Timestamp
  ) throws(Refusal) -> RideChange {
    var change = try step(ride, action, at: now)
    release(&change.ride, offer.driver)
    change.offer = .close(closed(offer, offerState, at: now))
    change.driver = try turn(offer.driver, activity ?? .offered(offer.id), driverAction, at: now)
    return change
  }

  private static func turn(
    _ driver: DriverID, _ activity: DriverActivity, _ action: DriverAction, at time: Timestamp
  ) throws(Refusal) -> DriverChange {
    guard let next = activity.after(action) else { throw .driverElsewhere }
    return DriverChange(driver: driver, from: activity, to: next, at: time)
  }

  private static func release(_ ride: inout Ride, _ driver: DriverID) {
    ride.driver = nil
    ride.acceptedAt = nil
    ride.arrivedAt = nil
    ride.pickupETASeconds = nil
    if !ride.excludedDrivers.contains(driver) { ride.excludedDrivers.append(driver) }
  }

  private static func closed(_ offer: Offer, _ state: OfferState, at time: Timestamp) -> Offer {
    var offer = offer
    offer.state = state
    offer.answeredAt = time
    return offer
  }

  private static func checkOpen(_ offer: Offer, of ride: Ride, by driver: DriverID) throws(Refusal) {
    if offer.driver != driver || offer.ride != ride.id { throw .notYours }
    switch offer.state {
    case .open: return
    case .expired: throw .offerExpired
    case .accepted, .declined, .withdrawn: throw .offerClosed(offer.state)
    }
  }

  private static func checkDriver(_ driver: DriverID, of ride: Ride) throws(Refusal) {
    if ride.driver != driver { throw .notYours }
  }

  private static func lastStep(of ride: Ride) -> Timestamp {
    ride.completedAt ?? ride.startedAt ?? ride.arrivedAt ?? ride.acceptedAt ?? ride.requestedAt
  }

  /// Steps of a ride never go back in time, however the phones' clocks differ.
  private static func latest(_ time: Timestamp, _ earlier: Timestamp?) -> Timestamp {
    earlier.map { max($0, time) } ?? time
  }
}
