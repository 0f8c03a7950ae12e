import DispatchCore
import DispatchState
import HexGrid
import Testing

/// Riders, drivers, quotes and rides to test with.
enum Sample {
  /// Friday, 6 June 2008, in San Francisco.
  static let start = Timestamp(unixMilliseconds: 1_212_735_600_000)
  static let sf = RegionID(trusted: "sf")
  static let nyc = RegionID(trusted: "nyc")

  static func time(_ seconds: Int) -> Timestamp { start.advanced(bySeconds: seconds) }

  static func driver(_ number: Int) -> DriverID { DriverID(trusted: "cab-\(padded(number))") }

  static func rider(_ number: Int) -> RiderID { RiderID(trusted: "u-\(padded(number))") }

  static func padded(_ number: Int) -> String {
    String(repeating: "0", count: max(0, 5 - String(number).count)) + String(number)
  }

  static func point(_ number: Int) -> GeoPoint {
    GeoPoint(latitude: 37.70 + Double(number % 20) * 0.005, longitude: -122.50 + Double(number / 20 % 20) * 0.005)
  }

  static func cell(_ number: Int) throws -> HexCell { try #require(Zone.cell(at: point(number))) }

  static func breakdown(_ minorUnits: Int64 = 1_325) -> FareBreakdown {
    FareBreakdown(
      lines: [.init(name: "base", minorUnits: 255), .init(name: "distance", minorUnits: minorUnits - 255)],
      currency: .usd)
  }

  static func quote(_ number: Int, rider: RiderID? = nil, key: String? = nil, hash: UInt64 = 7) -> Quote {
    Quote(
      id: QuoteID(trusted: "q\(padded(number))"), rider: rider ?? self.rider(number), region: sf,
      vehicleClass: .standard, pickup: point(number), dropoff: point(number + 33), breakdown: breakdown(),
      distanceMeters: 4_120, durationSeconds: 610, surgeTenths: 13,
      surgeVersion: number.isMultiple(of: 2) ? nil : 1_212_735_600_000, tariff: TariffID(trusted: "sf-standard-1"),
      createdAt: time(number), expiresAt: time(number + 600), idempotencyKey: key, requestHash: hash)
  }

  static func ride(
    _ number: Int, rider: RiderID? = nil, region: RegionID = sf, quote: Int? = nil, key: String? = nil,
    hash: UInt64 = 7, requestedAt: Int? = nil
  ) throws -> Ride {
    Ride(
      id: RideID(trusted: "r\(padded(number))"), quote: QuoteID(trusted: "q\(padded(quote ?? number))"),
      rider: rider ?? self.rider(number), region: region, vehicleClass: .standard, pickup: point(number),
      dropoff: point(number + 33), pickupCell: try cell(number), fare: breakdown().total,
      requestedAt: time(requestedAt ?? number), expiresAt: time((requestedAt ?? number) + 600), idempotencyKey: key,
      requestHash: hash)
  }

  static func message(
    _ type: String, of ride: RideID, driver: DriverID? = nil, isForRide: Bool = true, body: String = "{}"
  ) -> OutboxMessage {
    OutboxMessage(
      type: "cabstand.ride.\(type).v1", feedEvent: "ride", region: sf, ride: ride, driver: driver,
      isForRide: isForRide, time: start, body: Array(body.utf8))
  }
}

extension RecordPorts {
  /// Puts a ride into the store and gives it back.
  @discardableResult
  func keep(_ ride: Ride) async throws -> Ride {
    let inserted = try await insert(ride, publishing: [Sample.message("requested", of: ride.id)])
    #expect(!inserted.wasKnown)
    return inserted.value
  }

  /// Puts a driver on shift.
  @discardableResult
  func online(_ driver: DriverID, region: RegionID = Sample.sf) async throws -> DriverStatus {
    try await setShift(driver, region: region, vehicleClass: .standard, isOnline: true, at: Sample.start)
  }

  /// Applies one step with a message, and expects an outcome.
  @discardableResult
  func step(_ change: RideChange, _ name: String = "changed") async throws -> CommitOutcome {
    let message = Sample.message(name, of: change.ride.id, driver: change.driver?.driver)
    return try #require(try await commit([Commit(change, publishing: [message])]).first)
  }

  /// Applies one step that must work, and gives the ride back as the store has it.
  func mustStep(_ change: RideChange, sourceLocation: SourceLocation = #_sourceLocation) async throws -> Ride {
    let outcome = try await step(change)
    guard case .applied = outcome else {
      Issue.record("expected the step to apply, got \(outcome)", sourceLocation: sourceLocation)
      return change.ride
    }
    let kept = try #require(try await ride(change.ride.id), sourceLocation: sourceLocation)
    #expect(kept == change.ride, sourceLocation: sourceLocation)
    return kept
  }

  /// A new ride that is offered to a driver on shift.
  func offered(_ number: Int, to driver: DriverID, answerSeconds: Int = 15) async throws -> (ride: Ride, offer: Offer) {
    let ride = try await keep(Sample.ride(number))
    return try await offer(ride, to: driver, at: number, answerSeconds: answerSeconds)
  }

  /// Offers a ride to a driver on shift.
  func offer(
    _ ride: Ride, to driver: DriverID, at seconds: Int, answerSeconds: Int = 15
  ) async throws -> (ride: Ride, offer: Offer) {
    let change = try RideLifecycle.offer(
      ride, to: driver, pickupETASeconds: 90, pickupDistanceMeters: 450, now: Sample.time(seconds),
      answerSeconds: answerSeconds)
    let ride = try await mustStep(change)
    return (ride, try #require(try await openOffer(of: ride.id)))
  }

  /// A new ride that a driver drives.
  func accepted(_ number: Int, by driver: DriverID) async throws -> Ride {
    try await online(driver)
    let (ride, offer) = try await offered(number, to: driver)
    return try await mustStep(RideLifecycle.accept(ride, offer, by: driver, now: Sample.time(number + 5)))
  }

  /// A new ride that was driven to its end.
  func completed(_ number: Int, by driver: DriverID) async throws -> Ride {
    let ride = try await accepted(number, by: driver)
    let arrived = try await mustStep(RideLifecycle.arrive(ride, by: driver, at: Sample.time(number + 95)))
    let started = try await mustStep(RideLifecycle.start(arrived, by: driver, at: Sample.time(number + 120)))
    return try await mustStep(
      RideLifecycle.complete(started, by: driver, at: Sample.time(number + 720), distanceMeters: 4_200))
  }

  /// The step that settles a completed ride.
  func settling(_ ride: Ride, minorUnits: Int64 = 1_325) throws -> RideChange {
    let settlement = try #require(
      Settlement(
        ride: ride, charge: Sample.breakdown(minorUnits), commissionBasisPoints: 2_500, time: Sample.time(9_000)))
    return try RideLifecycle.settle(ride, settlement, at: Sample.time(9_000))
  }
}

/// Runs a closure so many times at once and gives back what each returned, in order.
func concurrently<T: Sendable>(
  _ count: Int, _ body: @escaping @Sendable (Int) async throws -> T
) async throws -> [T] {
  try await withThrowingTaskGroup(of: (Int, T).self) { group in
    for index in 0..<count { group.addTask { (index, try await body(index)) } }
    var answers: [Int: T] = [:]
    for try await (index, answer) in group { answers[index] = answer }
    return (0..<count).compactMap { answers[$0] }
  }
}

/// The `StateError` that a closure throws.
func stateError<T>(_ body: () async throws -> T) async -> StateError? {
  do {
    _ = try await body()
    return nil
  } catch {
    return error as? StateError
  }
}
