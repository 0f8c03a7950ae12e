import DispatchCore
import DispatchState
import HexGrid
import Testing

@Suite(.timeLimit(.minutes(8)))
struct RideQueryTests {
  @Test(arguments: RecordKind.available)
  func openRidesComeLongestWaitingFirst(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      // Two of the same second, so that ids decide; one elsewhere; one no longer open.
      for (number, second) in [(1, 30), (2, 10), (3, 20), (5, 10), (4, 10)] {
        try await record.keep(Sample.ride(number, requestedAt: second))
      }
      try await record.keep(Sample.ride(6, region: Sample.nyc, requestedAt: 0))
      try await record.online(Sample.driver(7))
      _ = try await record.offered(7, to: Sample.driver(7))

      let open = try await record.openRides(in: Sample.sf, limit: 10).map(\.id.text)
      #expect(open == ["r00002", "r00004", "r00005", "r00003", "r00001"])
      #expect(try await record.openRides(in: Sample.sf, limit: 2).map(\.id.text) == ["r00002", "r00004"])
      #expect(try await record.openRides(in: Sample.sf, limit: 0).isEmpty)
      #expect(try await record.openRides(in: Sample.sf, limit: -1).isEmpty)
      #expect(try await record.openRides(in: Sample.nyc, limit: 10).count == 1)
      #expect(try await record.openRides(in: RegionID(trusted: "nowhere"), limit: 10).isEmpty)
    }
  }

  @Test(arguments: RecordKind.available)
  func lapsedOffersComeWithTheirRidesOldestFirst(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      for (number, seconds) in [(1, 50), (2, 20), (3, 30)] {
        try await record.online(Sample.driver(number))
        let ride = try await record.keep(Sample.ride(number))
        _ = try await record.offer(ride, to: Sample.driver(number), at: 10, answerSeconds: seconds)
      }
      #expect(try await record.lapsedOffers(in: Sample.sf, at: Sample.time(29), limit: 10).isEmpty)
      // The end itself is too late.
      let first = try await record.lapsedOffers(in: Sample.sf, at: Sample.time(30), limit: 10)
      #expect(first.map(\.assignment.ride.id.text) == ["r00002"])
      let two = try await record.lapsedOffers(in: Sample.sf, at: Sample.time(59), limit: 10)
      #expect(two.map(\.offer.driver) == [Sample.driver(2), Sample.driver(3)])
      #expect(try await record.lapsedOffers(in: Sample.sf, at: Sample.time(999), limit: 2).count == 2)
      #expect(try await record.lapsedOffers(in: Sample.nyc, at: Sample.time(999), limit: 2).isEmpty)

      for item in two {
        let ride = item.assignment.ride
        #expect(try await record.assignment(of: ride.id) == item.assignment)
        #expect(item.assignment.activity == .offered(item.offer.id))
        #expect(try await record.offer(item.offer.id) == item.offer)
        _ = try await record.mustStep(RideLifecycle.lapse(ride, item.offer, now: Sample.time(60)))
      }
      #expect(try await record.lapsedOffers(in: Sample.sf, at: Sample.time(999), limit: 9).count == 1)
    }
  }

  @Test(arguments: RecordKind.available)
  func lapsedRidesAreRequestedAndOver(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      for (number, second) in [(1, 30), (2, 10), (3, 20)] {
        try await record.keep(Sample.ride(number, requestedAt: second))
      }
      _ = try await record.accepted(4, by: Sample.driver(4))
      #expect(try await record.lapsedRides(in: Sample.sf, at: Sample.time(609), limit: 9).isEmpty)
      let lapsed = try await record.lapsedRides(in: Sample.sf, at: Sample.time(620), limit: 9)
      #expect(lapsed.map(\.id.text) == ["r00002", "r00003"])
      #expect(try await record.lapsedRides(in: Sample.sf, at: Sample.time(999), limit: 1).map(\.id.text) == ["r00002"])
      for ride in lapsed { _ = try await record.mustStep(RideLifecycle.expire(ride, now: Sample.time(620))) }
      #expect(try await record.lapsedRides(in: Sample.sf, at: Sample.time(620), limit: 9).isEmpty)
    }
  }

  @Test(arguments: RecordKind.available)
  func unsettledRidesAreCompletedOnes(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      let first = try await record.completed(1, by: Sample.driver(1))
      let second = try await record.completed(2, by: Sample.driver(2))
      _ = try await record.accepted(3, by: Sample.driver(3))
      let end = try #require(second.completedAt)
      #expect(try await record.unsettledRides(in: Sample.sf, completedBefore: end, limit: 9) == [first])
      let later = end.advanced(byMilliseconds: 1)
      #expect(try await record.unsettledRides(in: Sample.sf, completedBefore: later, limit: 9) == [first, second])
      #expect(try await record.unsettledRides(in: Sample.sf, completedBefore: later, limit: 1) == [first])
      _ = try await record.mustStep(record.settling(first))
      #expect(try await record.unsettledRides(in: Sample.sf, completedBefore: later, limit: 9) == [second])
    }
  }

  @Test(arguments: RecordKind.available)
  func listsAreFilteredAndPagedNewestFirst(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      for number in 0..<25 {
        let region = number % 5 == 0 ? Sample.nyc : Sample.sf
        let ride = try await record.keep(
          Sample.ride(number, rider: Sample.rider(number % 4 + 100 * (number / 4)), region: region))
        if number % 3 == 0 {
          _ = try await record.mustStep(RideLifecycle.expire(ride, now: Sample.time(900)))
        }
      }
      _ = try await record.accepted(30, by: Sample.driver(1))

      func ids(_ filter: RideFilter, page: Int = 100) async throws -> [String] {
        var all: [String] = []
        var cursor: RideID?
        while true {
          let rides = try await record.rides(filter, after: cursor, limit: page)
          if rides.isEmpty { return all }
          #expect(rides.count <= page)
          all += rides.map(\.id.text)
          cursor = rides.last?.id
        }
      }
      let everything = try await ids(RideFilter())
      #expect(everything.count == 26)
      #expect(everything == everything.sorted(by: >))
      for page in [1, 3, 25, 26] { #expect(try await ids(RideFilter(), page: page) == everything) }

      let expired = try await ids(RideFilter(region: Sample.nyc, state: .expired), page: 1)
      #expect(expired == ["r00015", "r00000"])
      #expect(try await ids(RideFilter(state: .expired), page: 2).count == 9)
      #expect(try await ids(RideFilter(region: Sample.nyc)).count == 5)
      #expect(try await ids(RideFilter(driver: Sample.driver(1))) == ["r00030"])
      #expect(try await ids(RideFilter(rider: Sample.rider(2))) == ["r00002"])
      #expect(try await ids(RideFilter(region: Sample.nyc, rider: Sample.rider(2))).isEmpty)
      let all = RideFilter(region: Sample.sf, state: .accepted, driver: Sample.driver(1), rider: Sample.rider(30))
      #expect(try await ids(all) == ["r00030"])
    }
  }

  @Test(arguments: RecordKind.available)
  func demandCountsRequestsOpenOnesAndCompletions(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      // All start in the same two zones: 0 and 100 of the sample's points.
      func ride(_ number: Int, at place: Int, second: Int) throws -> Ride {
        var ride = try Sample.ride(number, requestedAt: second)
        ride.pickupCell = try Sample.cell(place)
        return ride
      }
      try await record.keep(ride(1, at: 0, second: 100))
      try await record.keep(ride(2, at: 0, second: 1_000))
      let expiring = try await record.keep(ride(3, at: 200, second: 1_000))
      _ = try await record.mustStep(RideLifecycle.expire(expiring, now: Sample.time(1_700)))
      try await record.keep(Sample.ride(4, region: Sample.nyc, requestedAt: 1_000))
      let done = try await record.completed(5, by: Sample.driver(5))
      let doneAt = try #require(done.completedAt)

      let demand = try await record.demand(
        in: Sample.sf, demandSince: Sample.time(1_000), completedSince: doneAt)
      let expected = try [
        ZoneDemand(cell: Sample.cell(0), demand: 1, openRequests: 2, completed: 0),
        ZoneDemand(cell: Sample.cell(200), demand: 1, openRequests: 0, completed: 0),
        ZoneDemand(cell: Sample.cell(5), demand: 0, openRequests: 0, completed: 1),
      ].sorted { $0.cell < $1.cell }
      #expect(demand == expected)
      let later = try await record.demand(
        in: Sample.sf, demandSince: Sample.time(1_001), completedSince: doneAt.advanced(byMilliseconds: 1))
      #expect(later == [ZoneDemand(cell: try Sample.cell(0), demand: 0, openRequests: 2, completed: 0)])
    }
  }
}
