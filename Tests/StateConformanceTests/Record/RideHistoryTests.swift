import DispatchCore
import DispatchState
import HexGrid
import Testing

@Suite(.timeLimit(.minutes(8)))
struct RideHistoryTests {
  @Test(arguments: RecordKind.available)
  func ridesComeInPagesNewestFirst(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      #expect(try await record.firstRequest(in: Sample.sf) == nil)
      // Several at the same moment, so that the id must tell where a page ends.
      let rides = try (0..<25).map { try Sample.ride($0, requestedAt: $0 / 4 * 60) }
      for ride in rides.shuffled() { try await record.keep(ride) }
      try await record.keep(try Sample.ride(99, region: Sample.nyc, requestedAt: -500))
      #expect(try await record.firstRequest(in: Sample.sf) == Sample.time(0))
      var found: [PastRide] = []
      var page = PastRidePage.before(Sample.time(360))
      while true {
        let next = try await record.pastRides(in: Sample.sf, from: Sample.time(60), page, limit: 3)
        #expect(next.count <= 3)
        found += next
        guard let last = next.last else { break }
        page = .after(last)
      }
      let expected = rides.filter { (Sample.time(60)..<Sample.time(360)).contains($0.requestedAt) }
        .sorted { ($0.requestedAt, $0.id) > ($1.requestedAt, $1.id) }
      #expect(found.map(\.ride) == expected.map(\.id) && found.count == 20)
      #expect(found.map(\.requestedAt) == expected.map(\.requestedAt))
      #expect(found.map(\.pickup) == expected.map(\.pickup) && found.map(\.dropoff) == expected.map(\.dropoff))
      #expect(found.allSatisfy { $0.startedAt == nil && $0.completedAt == nil })
    }
  }

  @Test(arguments: RecordKind.available)
  func aRideTellsWhenItWasDriven(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      var ride = try await record.keep(try Sample.ride(1, requestedAt: 0))
      ride.state = .failed
      ride.version += 1
      (ride.startedAt, ride.completedAt) = (Sample.time(100), Sample.time(700))
      try await record.step(RideChange(ride: ride, expectedVersion: ride.version - 1))
      let found = try await record.pastRides(in: Sample.sf, from: Sample.time(0), .before(Sample.time(1)), limit: 9)
      #expect(found.map(\.startedAt) == [Sample.time(100)] && found.map(\.completedAt) == [Sample.time(700)])
    }
  }

  @Test(arguments: RecordKind.available)
  func demandIsThatOfTheQuarterHourBeforeItWasCounted(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      let cells = Set(try [0, 100, 200].map(Sample.cell)).sorted()
      #expect(cells.count == 3)
      func load(_ cell: HexCell, _ demand: Int) -> ZoneLoad {
        var load = ZoneLoad(cell: cell)
        load.demand = demand
        return load
      }
      // The sample's start is a full quarter of an hour; counts between quarters overlap and are left out.
      #expect(Sample.start.unixMilliseconds % 900_000 == 0)
      for minute in stride(from: 0, through: 60, by: 5) {
        let loads = cells.enumerated().map { load($1, $0 == 0 ? 0 : minute + $0) }
        try await record.append(loads, in: Sample.sf, at: Sample.time(minute * 60))
      }
      try await record.append([load(cells[0], 7)], in: Sample.nyc, at: Sample.time(900))
      let span = Sample.time(0)..<Sample.time(2_700)
      let expected = [900, 1_800, 2_700].flatMap { end in
        [1, 2].map { index in
          PastDemand(start: Sample.time(end - 900), zone: cells[index], requests: end / 60 + index)
        }
      }
      var found: [PastDemand] = []
      while true {
        let next = try await record.pastDemand(in: Sample.sf, within: span, after: found.last, limit: 4)
        found += next
        if next.isEmpty { break }
      }
      #expect(found == expected)
    }
  }
}
