import DispatchCore
import Testing

@Suite("Ride lifecycle")
struct RideLifecycleTests {
  private typealias Refusal = RideLifecycle.Refusal
  private let driver = Samples.driver
  private let other = Samples.otherDriver

  /// Takes an action by the function that is for it, as the right person.
  private func take(_ action: RideAction, _ ride: Ride, _ offer: Offer?, at time: Timestamp) throws -> RideChange? {
    let stale = Offer(
      id: .offer(of: ride.id, round: 9), ride: ride.id, driver: driver, region: ride.region, pickupETASeconds: 1,
      pickupDistanceMeters: 1, offeredAt: Samples.start, expiresAt: time.advanced(bySeconds: 60))
    var open = offer ?? stale
    open.state = .open
    open.expiresAt = time.advanced(bySeconds: 60)
    switch action {
    case .offer:
      return try RideLifecycle.offer(
        ride, to: driver, pickupETASeconds: 1, pickupDistanceMeters: 1, now: time, answerSeconds: 15)
    case .accept: return try RideLifecycle.accept(ride, open, by: driver, now: time)
    case .decline: return try RideLifecycle.decline(ride, open, by: driver, now: time)
    case .lapseOffer: return try RideLifecycle.lapse(ride, open, now: time)
    case .withdrawOffer: return try RideLifecycle.withdraw(ride, open, now: time)
    case .arrive: return try RideLifecycle.arrive(withDriver(ride), by: driver, at: time)
    case .start: return try RideLifecycle.start(withDriver(ride), by: driver, at: time)
    case .complete: return try RideLifecycle.complete(withDriver(ride), by: driver, at: time, distanceMeters: 5)
    case .settle: return try RideLifecycle.settle(ride, Samples.settlement(withDriver(ride)), at: time)
    case .expire: return try RideLifecycle.expire(ride, now: time)
    case .cancelByRider:
      return try RideLifecycle.cancel(ride, byRider: ride.rider, offer: ride.state == .offered ? offer : nil, at: time)
    case .cancelByDriver: return try RideLifecycle.cancel(withDriver(ride), byDriver: driver, at: time)
    case .reportNoShow: return try RideLifecycle.noShow(withDriver(ride), by: driver, at: time, graceSeconds: 0)
    case .fail: return nil
    }
  }

  private func withDriver(_ ride: Ride) -> Ride {
    var ride = ride
    ride.driver = driver
    return ride
  }

  @Test(
    "Every action in every state does what the state machine says, or is refused by name", arguments: RideState.allCases
  )
  func everyStep(state: RideState) throws {
    let (ride, offer) = try Samples.ride(in: state)
    #expect(ride.state == state)
    for action in RideAction.allCases where action != .fail {
      do {
        let change = try #require(try take(action, ride, offer, at: Samples.at(300)))
        #expect(change.ride.state == state.after(action), "\(state) \(action)")
        #expect(change.expectedVersion == ride.version)
        #expect(change.ride.version == ride.version + 1)
        #expect((change.ride.endedAt != nil) == change.ride.state.isFinal, "\(state) \(action)")
        #expect(change.ride.id == ride.id && change.ride.fare == ride.fare && change.ride.quote == ride.quote)
      } catch let refusal as Refusal {
        #expect(refusal == .illegalTransition(from: state, action: action))
        #expect(state.after(action) == nil, "\(state) \(action)")
      }
    }
  }

  @Test("An offer reserves the driver, counts its round and ends after the time to answer")
  func offer() throws {
    let ride = try Samples.ride()
    let (offered, offer) = try Samples.offer(ride)
    #expect(offered.driver == driver && offered.offerRound == 1 && offered.pickupETASeconds == 60)
    #expect(offer.id == .offer(of: ride.id, round: 1) && offer.state == .open && offer.answeredAt == nil)
    #expect(offer.expiresAt == Samples.at(25) && offer.offeredAt == Samples.at(10))
    let change = try RideLifecycle.offer(
      ride, to: driver, pickupETASeconds: 60, pickupDistanceMeters: 300, now: Samples.at(10), answerSeconds: 15)
    #expect(change.driver == DriverChange(driver: driver, from: .idle, to: .offered(offer.id), at: Samples.at(10)))
  }

  @Test("An offer is accepted up to the last millisecond before it expires, never at it or after it")
  func expiry() throws {
    let (ride, offer) = try Samples.ride(in: .offered)
    let open = try #require(offer)
    let last = open.expiresAt.advanced(byMilliseconds: -1)
    let change = try RideLifecycle.accept(ride, open, by: driver, now: last)
    #expect(change.ride.acceptedAt == last && change.ride.driver == driver)
    #expect(change.driver?.from == .offered(open.id) && change.driver?.to == .busy(ride.id))
    guard case .close(let closed) = change.offer else { return #expect(Bool(false), "the offer is closed with it") }
    #expect(closed.state == .accepted && closed.answeredAt == last)
    for late in [open.expiresAt, open.expiresAt.advanced(bySeconds: 3_600)] {
      #expect(throws: Refusal.offerExpired) { try RideLifecycle.accept(ride, open, by: driver, now: late) }
    }
  }

  @Test("Only the driver who was asked answers; a closed offer says how it was closed")
  func answers() throws {
    let (ride, offer) = try Samples.ride(in: .offered)
    var open = try #require(offer)
    let now = Samples.at(11)
    #expect(throws: Refusal.notYours) { try RideLifecycle.accept(ride, open, by: other, now: now) }
    #expect(throws: Refusal.notYours) { try RideLifecycle.decline(ride, open, by: other, now: now) }
    var foreign = open
    foreign.ride = RideID(trusted: "r2")
    #expect(throws: Refusal.notYours) { try RideLifecycle.accept(ride, foreign, by: driver, now: now) }
    for state in [OfferState.accepted, .declined, .withdrawn] {
      open.state = state
      #expect(throws: Refusal.offerClosed(state)) { try RideLifecycle.accept(ride, open, by: driver, now: now) }
      #expect(throws: Refusal.offerClosed(state)) { try RideLifecycle.decline(ride, open, by: driver, now: now) }
      #expect(throws: Refusal.offerClosed(state)) { try RideLifecycle.lapse(ride, open, now: now) }
      #expect(throws: Refusal.offerClosed(state)) { try RideLifecycle.withdraw(ride, open, now: now) }
    }
    open.state = .expired
    #expect(throws: Refusal.offerExpired) { try RideLifecycle.accept(ride, open, by: driver, now: now) }
  }

  @Test("Decline, lapse and withdrawal open the request again and exclude the driver, once")
  func reopening() throws {
    let (ride, offer) = try Samples.ride(in: .offered)
    let open = try #require(offer)
    let now = Samples.at(30)
    let ways: [(RideChange, OfferState, DriverActivity)] = [
      (try RideLifecycle.decline(ride, open, by: driver, now: now), .declined, .idle),
      (try RideLifecycle.lapse(ride, open, now: now), .expired, .idle),
      (try RideLifecycle.withdraw(ride, open, now: now), .withdrawn, .offline),
    ]
    for (change, state, activity) in ways {
      #expect(change.ride.state == .requested && change.ride.driver == nil && change.ride.pickupETASeconds == nil)
      #expect(change.ride.excludedDrivers == [driver] && change.ride.offerRound == 1)
      #expect(change.driver == DriverChange(driver: driver, from: .offered(open.id), to: activity, at: now))
      guard case .close(let closed) = change.offer else { return #expect(Bool(false), "the offer is closed with it") }
      #expect(closed.state == state && closed.answeredAt == now)
    }
    var excluded = ride
    excluded.excludedDrivers = [driver]
    #expect(try RideLifecycle.decline(excluded, open, by: driver, now: now).ride.excludedDrivers == [driver])
  }

  @Test("The rider may cancel until aboard; what was reserved is freed with it")
  func cancelByRider() throws {
    for state in [RideState.requested, .offered, .accepted, .arrived] {
      let (ride, offer) = try Samples.ride(in: state)
      let change = try RideLifecycle.cancel(
        ride, byRider: Samples.rider, offer: state == .offered ? offer : nil, at: Samples.at(21))
      #expect(change.ride.state == .cancelledByRider && change.ride.endedAt == Samples.at(21))
      switch state {
      case .offered:
        guard case .close(let closed) = change.offer else { return #expect(Bool(false), "the offer is withdrawn") }
        #expect(closed.state == .withdrawn && change.driver?.from == .offered(closed.id) && change.driver?.to == .idle)
      case .accepted, .arrived:
        #expect(change.driver?.from == .busy(ride.id) && change.driver?.to == .idle && change.driver?.driver == driver)
      default:
        #expect(change.driver == nil && change.offer == nil)
      }
      #expect(throws: Refusal.notYours) {
        try RideLifecycle.cancel(ride, byRider: RiderID(trusted: "r-2"), offer: offer, at: Samples.at(21))
      }
    }
  }

  @Test("A driver's cancel opens the request again before the rider is aboard, and ends the ride after")
  func cancelByDriver() throws {
    for state in [RideState.accepted, .arrived] {
      let (ride, _) = try Samples.ride(in: state)
      let change = try RideLifecycle.cancel(ride, byDriver: driver, at: Samples.at(25))
      #expect(change.ride.state == .requested && change.ride.excludedDrivers == [driver])
      #expect(change.ride.driver == nil && change.ride.acceptedAt == nil && change.ride.arrivedAt == nil)
      #expect(change.ride.endedAt == nil && change.driver?.to == .idle && change.driver?.from == .busy(ride.id))
      #expect(throws: Refusal.notYours) { try RideLifecycle.cancel(ride, byDriver: other, at: Samples.at(25)) }
    }
    let (aboard, _) = try Samples.ride(in: .started)
    let change = try RideLifecycle.cancel(aboard, byDriver: driver, at: Samples.at(45))
    #expect(change.ride.state == .cancelledByDriver && change.ride.driver == driver && change.driver?.to == .idle)
  }

  @Test("A request that a driver gives back late waits for five minutes more, by whichever clock is ahead")
  func reopenedLate() throws {
    let (ride, _) = try Samples.ride(in: .arrived)
    #expect(try RideLifecycle.cancel(ride, byDriver: driver, at: Samples.at(25)).ride.expiresAt == ride.expiresAt)
    let late = try RideLifecycle.cancel(ride, byDriver: driver, at: Samples.at(2_000)).ride
    #expect(late.expiresAt == Samples.at(2_300))
    let behind = try RideLifecycle.cancel(ride, byDriver: driver, at: Samples.at(-500), now: Samples.at(1_000)).ride
    #expect(behind.expiresAt == Samples.at(1_300))
  }

  @Test("Accept and cancel start from the same version, so that a store lets one of them win")
  func acceptAgainstCancel() throws {
    let (ride, offer) = try Samples.ride(in: .offered)
    let open = try #require(offer)
    let accept = try RideLifecycle.accept(ride, open, by: driver, now: Samples.at(12))
    let cancel = try RideLifecycle.cancel(ride, byRider: Samples.rider, offer: open, at: Samples.at(12))
    #expect(accept.expectedVersion == cancel.expectedVersion)
    guard case .close(let accepted) = accept.offer else { return #expect(Bool(false), "accept closes the offer") }
    #expect(throws: Refusal.illegalTransition(from: .cancelledByRider, action: .accept)) {
      try RideLifecycle.accept(cancel.ride, open, by: driver, now: Samples.at(12))
    }
    let late = try RideLifecycle.cancel(accept.ride, byRider: Samples.rider, offer: accepted, at: Samples.at(13))
    #expect(late.offer == nil && late.driver?.from == .busy(ride.id))
  }

  @Test("A rider is given the grace time from arrival, to the second")
  func noShow() throws {
    let (ride, _) = try Samples.ride(in: .arrived)
    let arrived = try #require(ride.arrivedAt)
    #expect(throws: Refusal.tooEarly(secondsLeft: 120)) {
      try RideLifecycle.noShow(ride, by: driver, at: arrived.advanced(bySeconds: -500), graceSeconds: 120)
    }
    #expect(throws: Refusal.tooEarly(secondsLeft: 1)) {
      try RideLifecycle.noShow(ride, by: driver, at: arrived.advanced(byMilliseconds: 119_999), graceSeconds: 120)
    }
    #expect(throws: Refusal.notYours) {
      try RideLifecycle.noShow(ride, by: other, at: arrived.advanced(bySeconds: 500), graceSeconds: 120)
    }
    let change = try RideLifecycle.noShow(ride, by: driver, at: arrived.advanced(bySeconds: 120), graceSeconds: 120)
    #expect(change.ride.state == .noShow && change.driver?.to == .idle)
  }

  @Test("Steps never go back in time, however far behind a phone's clock is")
  func clocksBehind() throws {
    let early = Samples.at(-7_200)
    let (accepted, _) = try Samples.ride(in: .accepted)
    let arrived = try RideLifecycle.arrive(accepted, by: driver, at: early).ride
    #expect(arrived.arrivedAt == accepted.acceptedAt)
    let started = try RideLifecycle.start(arrived, by: driver, at: early).ride
    #expect(started.startedAt == arrived.arrivedAt)
    let completed = try RideLifecycle.complete(started, by: driver, at: early, distanceMeters: nil).ride
    #expect(completed.completedAt == started.startedAt)
    let settled = try RideLifecycle.settle(completed, Samples.settlement(completed), at: early).ride
    #expect(settled.endedAt == completed.completedAt)
    #expect(try RideLifecycle.cancel(started, byDriver: driver, at: early).ride.endedAt == started.startedAt)
    let cancelled = try RideLifecycle.cancel(arrived, byRider: Samples.rider, offer: nil, at: early).ride
    #expect(cancelled.endedAt == arrived.arrivedAt)
  }

  @Test("Only the ride's driver reports its steps; completion keeps the way and frees the driver")
  func steps() throws {
    let (accepted, _) = try Samples.ride(in: .accepted)
    let (arrived, _) = try Samples.ride(in: .arrived)
    let (started, _) = try Samples.ride(in: .started)
    let now = Samples.at(60)
    #expect(throws: Refusal.notYours) { try RideLifecycle.arrive(accepted, by: other, at: now) }
    #expect(throws: Refusal.notYours) { try RideLifecycle.start(arrived, by: other, at: now) }
    #expect(throws: Refusal.notYours) {
      try RideLifecycle.complete(started, by: other, at: now, distanceMeters: nil)
    }
    let change = try RideLifecycle.complete(started, by: driver, at: now, distanceMeters: 4_120)
    #expect(change.ride.distanceMeters == 4_120 && change.ride.completedAt == now)
    #expect(change.driver == DriverChange(driver: driver, from: .busy(started.id), to: .idle, at: now))
  }
}
