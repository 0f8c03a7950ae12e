package import DispatchCore
package import DispatchState
internal import PostgresClient

extension PostgresRecord: RideStore {
  package func insert(_ quote: Quote) async throws -> Inserted<Quote> {
    try await perform {
      if try await requests.quotes.call(quote) {
        requests.known.remember(quote)
        return Inserted(value: quote, wasKnown: false)
      }
      // Quotes never change, so what stood in the way is still there.
      let known = try await pool.query(
        Self.knownQuote, [.id(quote.rider), .text(quote.idempotencyKey), .id(quote.id)]
      ).map(Quote.init)
      guard let first = known.first else { throw StateError.unavailable("a quote was deleted meanwhile") }
      guard first.requestHash == quote.requestHash else { throw StateError.idempotencyKeyReused }
      return Inserted(value: first, wasKnown: true)
    }
  }

  package func quote(_ id: QuoteID) async throws -> Quote? {
    if let quote = requests.known.quote(id) { return quote }
    return try await perform { try await requests.quotesByID.call(id) }
  }

  package func insert(_ ride: Ride, publishing messages: [OutboxMessage]) async throws -> Inserted<Ride> {
    try await perform {
      defer { alarm.ring() }
      // What stands in the way may go away before it is looked at: a ride that ends, for instance.
      for _ in 0..<3 {
        if try await requests.rides.call(RideRequests.NewRide(ride: ride, messages: messages)) {
          return Inserted(value: ride, wasKnown: false)
        }
        let obstacle = try await pool.query(
          Self.obstacle, [.id(ride.rider), .text(ride.idempotencyKey), .id(ride.quote), .id(ride.id)])
        guard let row = obstacle.first else { continue }
        switch try row.int(0) {
        case 1:
          var columns = ColumnReader(row, from: 1)
          let known = try Ride(columns: &columns)
          guard known.requestHash == ride.requestHash else { throw StateError.idempotencyKeyReused }
          return Inserted(value: known, wasKnown: true)
        case 2: throw StateError.quoteAlreadyUsed
        default: throw StateError.riderBusy
        }
      }
      throw StateError.unavailable("a ride could not be kept, and what stood in its way was gone each time")
    }
  }

  package func ride(_ id: RideID) async throws -> Ride? {
    try await select(Self.rideByID, [.id(id)], Ride.init).first
  }

  package func assignment(of ride: RideID) async throws -> Assignment? {
    try await select(Self.assignment, [.id(ride)]) { row in
      var columns = ColumnReader(row)
      return try Assignment(columns: &columns)
    }.first
  }

  package func offer(_ id: OfferID) async throws -> Offer? {
    try await select(Self.offerByID, [.id(id)], Offer.init).first
  }

  package func openOffer(of ride: RideID) async throws -> Offer? {
    try await select(Self.openOffer, [.id(ride)], Offer.init).first
  }

  package func openRides(in region: RegionID, limit: Int) async throws -> [Ride] {
    try await select(Self.openRides, [.id(region), .limit(limit)], Ride.init)
  }

  package func lapsedOffers(
    in region: RegionID, at now: Timestamp, limit: Int
  ) async throws -> [(assignment: Assignment, offer: Offer)] {
    try await select(Self.lapsedOffers, [.id(region), .time(now), .limit(limit)]) { row in
      var columns = ColumnReader(row)
      return (assignment: try Assignment(columns: &columns), offer: try Offer(columns: &columns))
    }
  }

  package func soonFreeDrivers(
    in region: RegionID, expectedFreeBy moment: Timestamp, limit: Int
  ) async throws -> [SoonFreeDriver] {
    try await select(Self.soonFreeDrivers, [.id(region), .time(moment), .limit(limit)]) { row in
      var columns = ColumnReader(row)
      return SoonFreeDriver(
        driver: try columns.id(), vehicleClass: try columns.vehicleClass(), ride: try columns.id(),
        dropoff: try columns.point(), startedAt: try columns.time(), expectedFreeAt: try columns.time())
    }
  }

  package func lapsedRides(in region: RegionID, at now: Timestamp, limit: Int) async throws -> [Ride] {
    try await select(Self.lapsedRides, [.id(region), .time(now), .limit(limit)], Ride.init)
  }

  package func unsettledRides(
    in region: RegionID, completedBefore moment: Timestamp, limit: Int
  ) async throws -> [Ride] {
    try await select(Self.unsettledRides, [.id(region), .time(moment), .limit(limit)], Ride.init)
  }

  package func rides(_ filter: RideFilter, after cursor: RideID?, limit: Int) async throws -> [Ride] {
    var conditions: [String] = []
    var parameters: [PostgresValue] = [.limit(limit)]
    func require(_ condition: String, _ value: PostgresValue) {
      parameters.append(value)
      conditions.append("\(condition) $\(parameters.count)")
    }
    if let region = filter.region { require("ride.region =", .id(region)) }
    // Spelt out, because a plan for any state would not know which ones are rare.
    if let state = filter.state { conditions.append("ride.state = '\(state.rawValue)'") }
    if let driver = filter.driver { require("ride.driver_id =", .id(driver)) }
    if let rider = filter.rider { require("ride.rider_id =", .id(rider)) }
    if let cursor { require("ride.ride_id <", .id(cursor)) }
    let condition = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
    let statement = PostgresStatement(
      "SELECT \(Ride.columns) FROM rides AS ride \(condition) ORDER BY ride.ride_id DESC LIMIT $1")
    return try await select(statement, parameters, Ride.init)
  }

  package func demand(
    in region: RegionID, demandSince: Timestamp, completedSince: Timestamp
  ) async throws -> [ZoneDemand] {
    try await select(Self.demand, [.id(region), .time(demandSince), .time(completedSince)]) { row in
      var columns = ColumnReader(row)
      return ZoneDemand(
        cell: try columns.cell(), demand: try columns.int(), openRequests: try columns.int(),
        completed: try columns.int())
    }
  }

  package func settlement(of ride: RideID) async throws -> Settlement? {
    try await perform { () -> Settlement? in
      let answers = try await pool.pipelinedTransaction([
        PostgresCall(Self.charge, [.id(ride)]), PostgresCall(Self.entriesOfRide, [.id(ride)]),
      ])
      guard answers.count == 2, let row = answers[0].first else { return nil }
      var columns = ColumnReader(row)
      return Settlement(
        ride: ride, charge: try columns.breakdown(), payoutMinorUnits: try columns.int64(),
        commissionMinorUnits: try columns.int64(),
        entries: try LedgerEntry.entries(of: answers[1]).filter { $0.purpose == .charge || $0.purpose == .payout })
    }
  }
}
