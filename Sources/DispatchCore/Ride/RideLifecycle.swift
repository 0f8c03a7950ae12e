/// The steps of a ride, each as a change that a store applies whole or not at all.
///
/// Pure: what is legal is decided here, by `RideState.after(_:)`; stores only check that nothing changed meanwhile.
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
    var change = try step(ride, .offer, at: now)
    change.ride.offerRound += 1
    change.ride.driver = driver
    change.ride.pickupETASeconds = pickupETASeconds
    let offer = Offer(
      id: .offer(of: ride.id, round: change.ride.offerRound), ride: ride.id, driver: driver, region: ride.region,
      pickupETASeconds: pickupETASeconds, pickupDistanceMeters: pickupDistanceMeters, offeredAt: now,
      expiresAt: now.advanced(bySeconds: answerSeconds))
    change.offer = .make(offer)
    change.driver = DriverChange(driver: driver, from: .idle, to: .offered(offer.id), at: now)
    return change
  }

  /// The driver takes the offer.
  package static func accept(_ ride: Ride, _ offer: Offer, by driver: DriverID, now: Timestamp) throws(Refusal)
    -> RideChange
  {
    try checkOpen(offer, of: ride, by: driver)
    if now >= offer.expiresAt { throw .offerExpired }
    var change = try step(ride, .accept, at: now)
    change.ride.acceptedAt = latest(now, ride.requestedAt)
    change.offer = .close(closed(offer, .accepted, at: now))
    change.driver = DriverChange(driver: driver, from: .offered(offer.id), to: .busy(ride.id), at: now)
    return change
  }

  /// The driver refuses the offer.
  package static func decline(_ ride: Ride, _ offer: Offer, by driver: DriverID, now: Timestamp) throws(Refusal)
    -> RideChange
  {
    try checkOpen(offer, of: ride, by: driver)
    return try reopen(ride, offer, .decline, offerState: .declined, driverTurnsTo: .idle, now: now)
  }

  /// Nobody answered the offer in time.
  package static func lapse(_ ride: Ride, _ offer: Offer, now: Timestamp) throws(Refusal) -> RideChange {
    if offer.state != .open { throw .offerClosed(offer.state) }
    return try reopen(ride, offer, .lapseOffer, offerState: .expired, driverTurnsTo: .idle, now: now)
  }

  /// The driver goes off shift with the offer open.
  package static func withdraw(_ ride: Ride, _ offer: Offer, now: Timestamp) throws(Refusal) -> RideChange {
    if offer.state != .open { throw .offerClosed(offer.state) }
    return try reopen(ride, offer, .withdrawOffer, offerState: .withdrawn, driverTurnsTo: .offline, now: now)
  }

  /// The driver is at the pickup.
  package static func arrive(_ ride: Ride, by driver: DriverID, at time: Timestamp) throws(Refusal) -> RideChange {
    try checkDriver(driver, of: ride)
    var change = try step(ride, .arrive, at: time)
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
    _ ride: Ride, by driver: DriverID, at time: Timestamp, distanceMeters: Int?
  ) throws(Refusal) -> RideChange {
    try checkDriver(driver, of: ride)
    var change = try step(ride, .complete, at: time)
    change.ride.completedAt = latest(time, ride.startedAt)
    change.ride.distanceMeters = distanceMeters
    change.driver = DriverChange(driver: driver, from: .busy(ride.id), to: .idle, at: time)
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
  /// - Parameter offer: the open offer, where the ride is offered.
  package static func cancel(_ ride: Ride, byRider rider: RiderID, offer: Offer?, at time: Timestamp) throws(Refusal)
    -> RideChange
  {
    if ride.rider != rider { throw .notYours }
    var change = try step(ride, .cancelByRider, at: time)
    if ride.state == .offered, let offer, offer.state == .open {
      change.offer = .close(closed(offer, .withdrawn, at: time))
      change.driver = DriverChange(driver: offer.driver, from: .offered(offer.id), to: .idle, at: time)
    } else if let driver = ride.driver, ride.state.hasActiveDriver {
      change.driver = DriverChange(driver: driver, from: .busy(ride.id), to: .idle, at: time)
    }
    return change
  }

  /// How long a request waits at least once more that a driver gave back, in seconds.
  package static let reopenedSeconds = 300

  /// The driver calls it off: the request is open again for `reopenedSeconds` at least, unless the rider is aboard.
  /// - Parameters:
  ///   - ride: a ride of that driver.
  ///   - driver: who calls it off.
  ///   - time: when, by the driver's clock.
  ///   - now: the moment; that time, where it is left out.
  package static func cancel(
    _ ride: Ride, byDriver driver: DriverID, at time: Timestamp, now: Timestamp? = nil
  ) throws(Refusal) -> RideChange {
    try checkDriver(driver, of: ride)
    var change = try step(ride, .cancelByDriver, at: time)
    change.driver = DriverChange(driver: driver, from: .busy(ride.id), to: .idle, at: time)
    if change.ride.state == .requested {
      release(&change.ride, driver)
      // The wait for this driver is not to be held against the rider.
      let reopened = max(latest(time, lastStep(of: ride)), now ?? time)
      change.ride.expiresAt = max(ride.expiresAt, reopened.advanced(bySeconds: reopenedSeconds))
    }
    return change
  }

  /// The rider was not there.
  /// - Parameter graceSeconds: how long the driver must have waited.
  package static func noShow(
    _ ride: Ride, by driver: DriverID, at time: Timestamp, graceSeconds: Int
  ) throws(Refusal) -> RideChange {
    try checkDriver(driver, of: ride)
    var change = try step(ride, .reportNoShow, at: time)
    let waited = time.milliseconds(since: ride.arrivedAt ?? time) / 1_000
    if waited < Int64(graceSeconds) { throw .tooEarly(secondsLeft: graceSeconds - Int(clamping: max(waited, 0))) }
    change.driver = DriverChange(driver: driver, from: .busy(ride.id), to: .idle, at: time)
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
    _ ride: Ride, _ offer: Offer, _ action: RideAction, offerState: OfferState, driverTurnsTo activity: DriverActivity,
    now: Timestamp
  ) throws(Refusal) -> RideChange {
    var change = try step(ride, action, at: now)
    release(&change.ride, offer.driver)
    change.offer = .close(closed(offer, offerState, at: now))
    change.driver = DriverChange(driver: offer.driver, from: .offered(offer.id), to: activity, at: now)
    return change
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
