import DispatchCore
import Testing

/// Every state that a few rides and drivers can reach by steps of the lifecycle, whoever takes them in whatever order.
@Suite("All states of few rides")
struct RideModelTests {
  /// What tells two states apart: neither versions nor times.
  private struct Key: Hashable {
    struct RideKey: Hashable {
      var state: RideState
      var driver: DriverID?
      var excluded: Set<DriverID>
      var offer: OfferState?
    }

    var rides: [RideKey]
    var activities: [DriverActivity]
  }

  private struct Model {
    let rideIDs: [RideID]
    let driverIDs: [DriverID]
    var record = TestRecord()
    private let now = Samples.at(5)

    init(rides: Int, drivers: Int) throws {
      var ids: [RideID] = []
      for number in 0..<rides {
        let ride = try Samples.ride(number, rider: RiderID(trusted: "r-\(number)"))
        ids.append(ride.id)
        record.rides[ride.id] = ride
      }
      rideIDs = ids
      driverIDs = (0..<drivers).map { DriverID(trusted: "cab-\($0)") }
      for id in driverIDs {
        record.drivers[id] = DriverStatus(
          driver: id, region: Samples.region, vehicleClass: .standard, activity: .idle, version: 1, since: now)
      }
    }

    var key: Key {
      Key(
        rides: rideIDs.compactMap { record.rides[$0] }.map { ride in
          Key.RideKey(
            state: ride.state, driver: ride.driver, excluded: Set(ride.excludedDrivers), offer: offer(of: ride)?.state)
        }, activities: driverIDs.compactMap { record.drivers[$0]?.activity })
    }

    func offer(of ride: Ride) -> Offer? { record.offers[.offer(of: ride.id, round: ride.offerRound)] }

    /// Everything that anyone could do to a ride; settlement aside, which comes after.
    func steps(of ride: Ride) -> [RideChange] {
      let activity = ride.driver.flatMap { record.drivers[$0]?.activity }
      var steps: [RideChange] = []
      // The driver's activity as it is, and not known at all.
      for activity in Set([activity, nil]) {
        if let offer = offer(of: ride) {
          for driver in driverIDs {
            add(&steps) { try RideLifecycle.accept(ride, offer, by: driver, activity: activity, now: now) }
            add(&steps) { try RideLifecycle.decline(ride, offer, by: driver, activity: activity, now: now) }
          }
          add(&steps) { try RideLifecycle.lapse(ride, offer, activity: activity, now: now) }
          add(&steps) { try RideLifecycle.withdraw(ride, offer, now: now) }
        }
        add(&steps) {
          try RideLifecycle.cancel(ride, byRider: ride.rider, offer: offer(of: ride), activity: activity, at: now)
        }
        guard let driver = ride.driver else { continue }
        add(&steps) { try RideLifecycle.arrive(ride, by: driver, activity: activity, at: now) }
        add(&steps) { try RideLifecycle.start(ride, by: driver, at: now) }
        add(&steps) {
          try RideLifecycle.complete(ride, by: driver, activity: activity, at: now, distanceMeters: 9)
        }
        add(&steps) { try RideLifecycle.cancel(ride, byDriver: driver, activity: activity, at: now) }
        add(&steps) { try RideLifecycle.noShow(ride, by: driver, activity: activity, at: now, graceSeconds: 0) }
      }
      add(&steps) { try RideLifecycle.expire(ride, now: now) }
      return steps + offers(of: ride)
    }

    private func offers(of ride: Ride) -> [RideChange] {
      var steps: [RideChange] = []
      for driver in driverIDs where !ride.excludedDrivers.contains(driver) {
        add(&steps) {
          try RideLifecycle.offer(
            ride, to: driver, pickupETASeconds: 1, pickupDistanceMeters: 1, now: now, answerSeconds: 15)
        }
        // A store tells of drivers with a rider aboard; it may have been so a moment ago.
        for present in record.rides.values where present.driver == driver && present.startedAt != nil {
          let soon = SoonFreeDriver(
            driver: driver, vehicleClass: .standard, ride: present.id, dropoff: present.dropoff, startedAt: now,
            expectedFreeAt: now)
          add(&steps) {
            try RideLifecycle.offerNext(
              ride, to: soon, pickupETASeconds: 1, pickupDistanceMeters: 1, now: now, answerSeconds: 15)
          }
        }
      }
      return steps
    }

    private func add(_ steps: inout [RideChange], _ step: () throws -> RideChange) {
      if let change = try? step() { steps.append(change) }
    }
  }

  @Test("No step leads to a state that the audit objects to, and none is a dead end", arguments: [(3, 1), (2, 2)])
  func everything(rides: Int, drivers: Int) throws {
    let first = try Model(rides: rides, drivers: drivers)
    var known: Set<Key> = [first.key]
    var open = [first]
    var activities: Set<DriverActivity> = []
    while let model = open.popLast() {
      let found = model.record.violations(at: Samples.at(5))
      try #require(found.isEmpty, "\(model.key): \(found)")
      activities.formUnion(model.key.activities)
      var isEnded = true
      var hasProgress = false
      for id in model.rideIDs {
        let ride = try #require(model.record.rides[id])
        if ride.state == .completed || ride.state.isFinal { continue }
        isEnded = false
        for change in model.steps(of: ride) {
          var next = model
          guard next.record.apply(change) else { continue }
          if change.ride.state != .cancelledByRider, change.ride.state != .expired { hasProgress = true }
          // Whoever went off shift comes back.
          for driver in next.driverIDs where next.record.drivers[driver]?.activity == .offline {
            next.record.drivers[driver]?.activity = .idle
          }
          if known.insert(next.key).inserted { open.append(next) }
        }
      }
      // A request that every driver refused can only end.
      let isRefused = model.key.rides.allSatisfy {
        $0.state == .completed || $0.state.isFinal || $0.excluded.count == drivers
      }
      #expect(isEnded || hasProgress || isRefused, "\(model.key)")
    }
    #expect(known.count > 500)
    // Every driver was met in every situation.
    let kinds = Set(activities.map { "\($0.name) \($0.offer != nil) \($0.nextRide != nil)" })
    #expect(
      kinds == [
        "idle false false", "offered true false", "busy false false", "busy true false", "busy false true",
      ])
  }
}
