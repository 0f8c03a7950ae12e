package import DispatchCore

/// Quotes, rides and offers: the record.
package protocol RideStore: Sendable {
  /// Keeps a quote.
  /// - Returns: the quote that is kept: this one, or the one that the same rider's same idempotency key made before.
  /// - Throws: `StateError.idempotencyKeyReused` where that key came with another request.
  func insert(_ quote: Quote) async throws -> Inserted<Quote>

  /// The quote of that id.
  func quote(_ id: QuoteID) async throws -> Quote?

  /// Keeps a new ride with its message, in one transaction.
  /// - Returns: the ride that is kept: this one, or the one that the same rider's same idempotency key made before.
  /// - Throws: `StateError.idempotencyKeyReused`, `.quoteAlreadyUsed`, `.riderBusy`.
  func insert(_ ride: Ride, publishing messages: [OutboxMessage]) async throws -> Inserted<Ride>

  /// The ride of that id.
  func ride(_ id: RideID) async throws -> Ride?

  /// The ride of that id with what its driver is doing, both as of one moment.
  func assignment(of ride: RideID) async throws -> Assignment?

  /// The offer of that id.
  func offer(_ id: OfferID) async throws -> Offer?

  /// The open offer of a ride, if it has one.
  func openOffer(of ride: RideID) async throws -> Offer?

  /// Rides that wait for a driver, longest first.
  func openRides(in region: RegionID, limit: Int) async throws -> [Ride]

  /// Open offers whose time is over, with their rides and what those rides' drivers are doing, oldest first.
  func lapsedOffers(in region: RegionID, at now: Timestamp, limit: Int) async throws
    -> [(assignment: Assignment, offer: Offer)]

  /// Drivers with a rider aboard and nothing in store, whose ride should end by a moment going by its quote; the earliest first,
  /// then by ride. A ride requested without a known quote tells of no end and is left out.
  /// - Parameters:
  ///   - region: the market.
  ///   - moment: the latest expected end.
  ///   - limit: at most so many.
  func soonFreeDrivers(in region: RegionID, expectedFreeBy moment: Timestamp, limit: Int) async throws
    -> [SoonFreeDriver]

  /// Requested rides whose time is over, oldest first.
  func lapsedRides(in region: RegionID, at now: Timestamp, limit: Int) async throws -> [Ride]

  /// Completed rides that were not settled, completed before a moment, oldest first.
  func unsettledRides(in region: RegionID, completedBefore moment: Timestamp, limit: Int) async throws -> [Ride]

  /// Rides, newest first.
  /// - Parameters:
  ///   - filter: which.
  ///   - cursor: the id after which to go on; nil begins.
  ///   - limit: at most so many.
  func rides(_ filter: RideFilter, after cursor: RideID?, limit: Int) async throws -> [Ride]

  /// Applies steps of rides, each whole or not at all, independently of the others.
  /// - Returns: one outcome per change, in their order.
  /// - Throws: `StateError` where the store failed; then each was applied or not, and asking again tells.
  func commit(_ changes: [Commit]) async throws -> [CommitOutcome]

  /// Rides by zone of pickup.
  /// - Parameters:
  ///   - region: the market.
  ///   - demandSince: requests from then on count as demand.
  ///   - completedSince: completions from then on count.
  func demand(in region: RegionID, demandSince: Timestamp, completedSince: Timestamp) async throws -> [ZoneDemand]

  /// What was charged for a settled ride.
  func settlement(of ride: RideID) async throws -> Settlement?
}

/// A ride with what its driver is doing.
package struct Assignment: Sendable, Hashable {
  package var ride: Ride
  /// What the driver is doing who is offered the ride or drives it, or last did; nil where it has none.
  package var activity: DriverActivity?

  package init(ride: Ride, activity: DriverActivity?) {
    self.ride = ride
    self.activity = activity
  }
}

/// What was asked to be kept, or what was kept before under the same key.
package struct Inserted<Value: Sendable>: Sendable {
  package var value: Value
  /// Whether an earlier call had kept it.
  package var wasKnown: Bool

  package init(value: Value, wasKnown: Bool) {
    self.value = value
    self.wasKnown = wasKnown
  }
}

/// Which rides to list.
package struct RideFilter: Sendable {
  package var region: RegionID?
  package var state: RideState?
  package var driver: DriverID?
  package var rider: RiderID?

  package init(region: RegionID? = nil, state: RideState? = nil, driver: DriverID? = nil, rider: RiderID? = nil) {
    self.region = region
    self.state = state
    self.driver = driver
    self.rider = rider
  }
}

/// A step of a ride with the messages that go out if it happens.
package struct Commit: Sendable {
  package var change: RideChange
  package var messages: [OutboxMessage]

  package init(_ change: RideChange, publishing messages: [OutboxMessage]) {
    self.change = change
    self.messages = messages
  }
}

/// What became of a step.
package enum CommitOutcome: Sendable, Hashable {
  /// It happened. The driver's status afterwards, where the step changed it.
  case applied(DriverStatus?)
  /// The ride had changed meanwhile.
  case rideChanged
  /// The offer was no longer open.
  case offerClosed
  /// The driver was doing something else.
  case driverChanged
}
