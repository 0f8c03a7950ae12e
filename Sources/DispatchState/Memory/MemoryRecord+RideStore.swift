package import DispatchCore
import HexGrid
import Synchronization

extension MemoryRecord: RideStore {
  package func insert(_ quote: Quote) async throws -> Inserted<Quote> {
    try state.withLock { state in
      if let key = quote.idempotencyKey.map({ RiderKey(rider: quote.rider, key: $0) }) {
        if let known = state.quoteKeys[key].flatMap({ state.quotes[$0] }) {
          guard known.requestHash == quote.requestHash else { throw StateError.idempotencyKeyReused }
          return Inserted(value: known, wasKnown: true)
        }
        state.quoteKeys[key] = quote.id
      }
      if let known = state.quotes[quote.id] { return Inserted(value: known, wasKnown: true) }
      state.quotes[quote.id] = quote
      return Inserted(value: quote, wasKnown: false)
    }
  }

  package func quote(_ id: QuoteID) async throws -> Quote? {
    state.withLock { $0.quotes[id] }
  }

  package func insert(_ ride: Ride, publishing messages: [OutboxMessage]) async throws -> Inserted<Ride> {
    try state.withLock { state in
      let key = ride.idempotencyKey.map { RiderKey(rider: ride.rider, key: $0) }
      if let known = key.flatMap({ state.rideKeys[$0] }).flatMap({ state.rides[$0] }) {
        guard known.requestHash == ride.requestHash else { throw StateError.idempotencyKeyReused }
        return Inserted(value: known, wasKnown: true)
      }
      guard !state.usedQuotes.contains(ride.quote) else { throw StateError.quoteAlreadyUsed }
      guard state.activeRideOfRider[ride.rider] == nil else { throw StateError.riderBusy }
      if let key { state.rideKeys[key] = ride.id }
      state.usedQuotes.insert(ride.quote)
      state.put(ride)
      state.append(messages)
      state.wake()
      return Inserted(value: ride, wasKnown: false)
    }
  }

  package func ride(_ id: RideID) async throws -> Ride? {
    state.withLock { $0.rides[id] }
  }

  package func assignment(of ride: RideID) async throws -> Assignment? {
    state.withLock { $0.assignment(of: ride) }
  }

  package func offer(_ id: OfferID) async throws -> Offer? {
    state.withLock { $0.offers[id] }
  }

  package func openOffer(of ride: RideID) async throws -> Offer? {
    state.withLock { $0.openOffer(of: ride) }
  }

  package func openRides(in region: RegionID, limit: Int) async throws -> [Ride] {
    select(\.waiting, in: region, limit: limit) { _ in true }
  }

  package func lapsedOffers(
    in region: RegionID, at now: Timestamp, limit: Int
  ) async throws -> [(assignment: Assignment, offer: Offer)] {
    state.withLock { state in
      guard let index = state.indexes[region] else { return [] }
      return index.openOffers.entries.prefix { $0.time <= now }.prefix(max(0, limit)).compactMap { entry in
        guard let offer = state.offers[entry.id] else { return nil }
        return state.assignment(of: offer.ride).map { ($0, offer) }
      }
    }
  }

  package func soonFreeDrivers(
    in region: RegionID, expectedFreeBy moment: Timestamp, limit: Int
  ) async throws -> [SoonFreeDriver] {
    state.withLock { state in
      guard let index = state.indexes[region] else { return [] }
      var found: [SoonFreeDriver] = []
      for entry in index.underWay.entries {
        guard entry.time <= moment, found.count < limit else { break }
        guard let ride = state.rides[entry.id], let startedAt = ride.startedAt,
          let driver = ride.driver.flatMap({ state.drivers[$0] }), driver.activity == .busy(ride.id)
        else { continue }
        found.append(
          SoonFreeDriver(
            driver: driver.driver, vehicleClass: driver.vehicleClass, ride: ride.id, dropoff: ride.dropoff,
            startedAt: startedAt, expectedFreeAt: entry.time))
      }
      return found
    }
  }

  package func lapsedRides(in region: RegionID, at now: Timestamp, limit: Int) async throws -> [Ride] {
    select(\.waiting, in: region, limit: limit) { $0.expiresAt <= now }
  }

  package func unsettledRides(
    in region: RegionID, completedBefore moment: Timestamp, limit: Int
  ) async throws -> [Ride] {
    select(\.unsettled, in: region, limit: limit) { ride in ride.completedAt.map { $0 < moment } ?? true }
  }

  package func rides(_ filter: RideFilter, after cursor: RideID?, limit: Int) async throws -> [Ride] {
    state.withLock { state in
      func matches(_ ride: Ride) -> Bool {
        (filter.region.map { $0 == ride.region } ?? true) && (filter.state.map { $0 == ride.state } ?? true)
          && (filter.driver.map { $0 == ride.driver } ?? true) && (filter.rider.map { $0 == ride.rider } ?? true)
          && (cursor.map { ride.id < $0 } ?? true)
      }
      // What is under way is asked for again and again, and is little of the whole.
      let isUnderWay = filter.state.map { !$0.isFinal } ?? false
      let found =
        isUnderWay
        ? state.indexes.filter { region, _ in filter.region.map { $0 == region } ?? true }.values.flatMap { index in
          index.active.entries.compactMap { state.rides[$0.id] }.filter(matches)
        }
        : state.rides.values.filter(matches)
      return Array(found.sorted { $0.id > $1.id }.prefix(max(0, limit)))
    }
  }

  package func commit(_ changes: [Commit]) async throws -> [CommitOutcome] {
    state.withLock { state in
      let outcomes = changes.map { state.apply($0) }
      state.wake()
      return outcomes
    }
  }

  package func demand(
    in region: RegionID, demandSince: Timestamp, completedSince: Timestamp
  ) async throws -> [ZoneDemand] {
    state.withLock { state in
      guard let index = state.indexes[region] else { return [] }
      var zones: [HexCell: ZoneDemand] = [:]
      func count(_ entries: some Sequence<OrderedIndex<RideKind>.Entry>, _ add: (inout ZoneDemand) -> Void) {
        for cell in entries.lazy.compactMap(\.cell) {
          add(&zones[cell, default: ZoneDemand(cell: cell, demand: 0, openRequests: 0, completed: 0)])
        }
      }
      count(index.requested.entries(since: demandSince)) { $0.demand += 1 }
      count(index.waiting.entries) { $0.openRequests += 1 }
      count(index.offered.entries) { $0.openRequests += 1 }
      count(index.completed.entries(since: completedSince)) { $0.completed += 1 }
      return zones.values.sorted { $0.cell < $1.cell }
    }
  }

  package func settlement(of ride: RideID) async throws -> Settlement? {
    state.withLock { $0.settlements[ride] }
  }

  /// Rides of an index in its order.
  private func select(
    _ path: KeyPath<RegionIndex, OrderedIndex<RideKind>>, in region: RegionID, limit: Int, _ isWanted: (Ride) -> Bool
  ) -> [Ride] {
    state.withLock { state in
      guard limit > 0, let entries = state.indexes[region]?[keyPath: path].entries else { return [] }
      var found: [Ride] = []
      for entry in entries {
        guard let ride = state.rides[entry.id], isWanted(ride) else { continue }
        found.append(ride)
        if found.count == limit { break }
      }
      return found
    }
  }
}

extension MemoryRecord.State {
  func assignment(of ride: RideID) -> Assignment? {
    rides[ride].map { Assignment(ride: $0, activity: $0.driver.flatMap { drivers[$0]?.activity }) }
  }

  func openOffer(of ride: RideID) -> Offer? {
    guard let ride = rides[ride], ride.offerRound > 0,
      let offer = offers[.offer(of: ride.id, round: ride.offerRound)], offer.state == .open
    else { return nil }
    return offer
  }

  /// What may exist once only, whatever a caller believed.
  private func refusal(of change: RideChange) -> CommitOutcome? {
    let ride = change.ride
    if ride.state.isActiveForRider, let other = activeRideOfRider[ride.rider], other != ride.id { return .rideChanged }
    if case .make(let offer) = change.offer {
      if offers[offer.id] != nil || openOfferOfRide[offer.ride] != nil { return .rideChanged }
      if openOfferOfDriver[offer.driver] != nil { return .driverChanged }
    }
    if let driver = ride.driver {
      if ride.state.isAwaited, let other = awaitedRideOfDriver[driver], other != ride.id { return .driverChanged }
      if ride.state.isPresent, let other = presentRideOfDriver[driver], other != ride.id { return .driverChanged }
    }
    if let settlement = change.settlement {
      if settlements[settlement.ride] != nil || settlement.entries.contains(where: { entries[$0.id] != nil }) {
        return .rideChanged
      }
    }
    return nil
  }

  /// Checks everything first, then changes everything.
  mutating func apply(_ commit: Commit) -> CommitOutcome {
    let change = commit.change
    guard let known = rides[change.ride.id], known.version == change.expectedVersion else { return .rideChanged }
    if case .close(let offer) = change.offer, offers[offer.id]?.state != .open { return .offerClosed }
    var status: DriverStatus?
    if let turn = change.driver {
      guard var present = drivers[turn.driver], present.activity == turn.from, present.region == change.ride.region
      else {
        return .driverChanged
      }
      present.activity = turn.to
      present.version += 1
      present.since = turn.at
      status = present
    }
    if let refusal = refusal(of: change) { return refusal }
    put(change.ride)
    switch change.offer {
    case .make(let offer), .close(let offer): put(offer)
    case nil: break
    }
    if let status { drivers[status.driver] = status }
    if let settlement = change.settlement {
      settlements[settlement.ride] = settlement
      for entry in settlement.entries { entries[entry.id] = entry }
    }
    append(commit.messages)
    return .applied(status)
  }
}
