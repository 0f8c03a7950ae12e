import DispatchCore

/// A record as simple as can be: applies changes whole or not at all, as a store must.
struct TestRecord {
  var rides: [RideID: Ride] = [:]
  var offers: [OfferID: Offer] = [:]
  var drivers: [DriverID: DriverStatus] = [:]
  var settlements: [RideID: Settlement] = [:]
  var entries: [String: LedgerEntry] = [:]

  mutating func apply(_ change: RideChange) -> Bool {
    guard rides[change.ride.id]?.version == change.expectedVersion, !isDouble(change.ride) else { return false }
    if case .close(let offer) = change.offer, offers[offer.id]?.state != .open { return false }
    if let turn = change.driver {
      guard var status = drivers[turn.driver], status.activity == turn.from else { return false }
      status.activity = turn.to
      status.version += 1
      drivers[turn.driver] = status
    }
    rides[change.ride.id] = change.ride
    switch change.offer {
    case .make(let offer), .close(let offer): offers[offer.id] = offer
    case nil: break
    }
    if let settlement = change.settlement {
      settlements[settlement.ride] = settlement
      for entry in settlement.entries { entries[entry.id] = entry }
    }
    return true
  }

  /// What a store's unique indexes refuse: a second ride of a driver who goes to a pickup, or who has a rider.
  private func isDouble(_ ride: Ride) -> Bool {
    rides.values.contains { other in
      other.id != ride.id && other.driver != nil && other.driver == ride.driver
        && (other.state.isAwaited && ride.state.isAwaited || other.state.isPresent && ride.state.isPresent)
    }
  }

  func violations(at now: Timestamp) -> [Violation] {
    RecordAudit.violations(
      rides: Array(rides.values), offers: Array(offers.values), drivers: Array(drivers.values),
      settlements: Array(settlements.values), entries: Array(entries.values), now: now)
  }
}
