import DispatchCore
import DispatchState
import HexGrid
import Testing

@Suite(.timeLimit(.minutes(8)))
struct RideInsertTests {
  @Test(arguments: RecordKind.available)
  func comesBackAsItWasKept(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      var ride = try Sample.ride(1, key: "k", hash: .max)
      // A store keeps what it is given, whatever the lifecycle would have made of it.
      ride.state = .noShow
      ride.version = 12
      ride.driver = Sample.driver(3)
      ride.offerRound = 4
      ride.excludedDrivers = [Sample.driver(1), DriverID(trusted: "a.b_c:d-E")]
      ride.acceptedAt = Sample.time(1)
      ride.arrivedAt = Sample.time(2)
      ride.startedAt = Sample.time(3)
      ride.completedAt = Sample.time(4)
      ride.endedAt = Sample.time(5)
      ride.pickupETASeconds = 0
      ride.distanceMeters = .max
      let inserted = try await record.insert(ride, publishing: [])
      #expect(!inserted.wasKnown)
      #expect(inserted.value == ride)
      #expect(try await record.ride(ride.id) == ride)
      #expect(try await record.ride(RideID(trusted: "r0")) == nil)
    }
  }

  @Test(arguments: RecordKind.available)
  func sameKeyGivesTheFirstRide(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      let rider = Sample.rider(1)
      let first = try await record.keep(Sample.ride(1, rider: rider, key: "k"))
      let again = try await record.insert(
        Sample.ride(2, rider: rider, key: "k"), publishing: [Sample.message("requested", of: first.id)])
      #expect(again.wasKnown)
      #expect(again.value == first)
      #expect(try await record.unpublished(limit: 10).count == 1)

      // The key is looked at before everything else: the rider is busy, and the quote is used.
      let other = await stateError {
        try await record.insert(Sample.ride(1, rider: rider, key: "k", hash: 8), publishing: [])
      }
      #expect(other == .idempotencyKeyReused)
      #expect(try await !record.insert(Sample.ride(3, key: "k", hash: 8), publishing: []).wasKnown)
    }
  }

  @Test(arguments: RecordKind.available)
  func sameKeyGivesTheRideAsItIsNow(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      let ride = try await record.keep(Sample.ride(1, key: "k"))
      let cancelled = try await record.mustStep(
        RideLifecycle.cancel(ride, byRider: ride.rider, offer: nil, at: Sample.time(9)))
      let again = try await record.insert(Sample.ride(1, key: "k"), publishing: [])
      #expect(again.wasKnown)
      #expect(again.value == cancelled)
    }
  }

  @Test(arguments: RecordKind.available)
  func oneQuoteMakesOneRide(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      let ride = try await record.keep(Sample.ride(1))
      _ = try await record.mustStep(RideLifecycle.cancel(ride, byRider: ride.rider, offer: nil, at: Sample.time(9)))
      let again = await stateError {
        try await record.insert(Sample.ride(2, rider: ride.rider, quote: 1), publishing: [])
      }
      #expect(again == .quoteAlreadyUsed)
      let another = await stateError { try await record.insert(Sample.ride(1, key: "new"), publishing: []) }
      #expect(another == .quoteAlreadyUsed)
    }
  }

  @Test(arguments: RecordKind.available)
  func aRiderHasOneActiveRide(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      let rider = Sample.rider(1)
      let ride = try await record.keep(Sample.ride(1, rider: rider))
      let second = await stateError { try await record.insert(Sample.ride(2, rider: rider), publishing: []) }
      #expect(second == .riderBusy)
      #expect(try await record.unpublished(limit: 10).count == 1)
      _ = try await record.mustStep(RideLifecycle.expire(ride, now: Sample.time(700)))
      #expect(try await !record.insert(Sample.ride(2, rider: rider), publishing: []).wasKnown)
    }
  }

  @Test(arguments: RecordKind.available)
  func oneOfManyWithTheSameKeyIsKept(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      let rider = Sample.rider(1)
      let answers = try await concurrently(50) { index in
        let ride = try Sample.ride(index, rider: rider, key: "k")
        return try await record.insert(ride, publishing: [Sample.message("requested", of: ride.id)])
      }
      #expect(answers.count { !$0.wasKnown } == 1)
      #expect(Set(answers.map(\.value)).count == 1)
      #expect(try await record.unpublished(limit: 100).count == 1)
    }
  }

  @Test(arguments: RecordKind.available)
  func ofManyRidesOfOneRiderOneIsKept(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      let rider = Sample.rider(1)
      let errors = try await concurrently(50) { index in
        await stateError { try await record.insert(Sample.ride(index, rider: rider), publishing: []) }
      }
      #expect(errors.count { $0 == nil } == 1)
      #expect(errors.count { $0 == .riderBusy } == 49)
      #expect(try await record.rides(RideFilter(rider: rider), after: nil, limit: 100).count == 1)
    }
  }

  @Test(arguments: RecordKind.available)
  func ofManyRidesFromOneQuoteOneIsKept(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      let errors = try await concurrently(50) { index in
        await stateError { try await record.insert(Sample.ride(index, quote: 1), publishing: []) }
      }
      #expect(errors.count { $0 == nil } == 1)
      #expect(errors.count { $0 == .quoteAlreadyUsed } == 49)
    }
  }

  @Test(arguments: RecordKind.available)
  func differentRidesDoNotDisturbEachOther(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      _ = try await concurrently(100) { try await record.keep(Sample.ride($0)) }
      #expect(try await record.openRides(in: Sample.sf, limit: 1_000).count == 100)
      #expect(try await record.unpublished(limit: 1_000).count == 100)
    }
  }
}
