import DispatchAPI
import DispatchCore
import DispatchState
import FunctionKit
import HexGrid
import Testing

/// What dashboards share.
@Suite("zone board")
struct ZoneBoardTests {
  private let everywhere = ZoneQuery(regions: [RegionID(trusted: "sf")])

  private func board(_ city: City, freshness: Duration) -> ZoneBoard {
    ZoneBoard(fleet: city.fleet, rides: city.record, surge: city.surge, freshness: freshness)
  }

  private func cells(_ event: ServerSentEvent?) throws -> [String] {
    let event = try #require(event)
    return (try JSONValue(parsing: event.data)["cells"]?.items ?? []).compactMap { $0["cell"]?.text }
  }

  @Test("Within the freshness everybody gets the same view, however many ask at once")
  func sharing() async throws {
    let city = try await City()
    try await city.online("cab-1")
    let board = board(city, freshness: .seconds(3_600))
    let views = try await withThrowingTaskGroup(of: ZoneView.self) { group in
      for _ in 0..<50 { group.addTask { try await board.view(everywhere, now: city.now) } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    let first = try #require(views.first)
    #expect(views.allSatisfy { $0 === first })
    #expect(first.loads.map(\.supply) == [1])
    try await city.online("cab-2")
    #expect(try await board.view(everywhere, now: city.now) === first, "counted a moment ago")
    #expect(try await board.view(everywhere, now: city.now, maximumAge: .zero).loads.map(\.supply) == [2])
    let other = try await board.view(ZoneQuery(regions: [RegionID(trusted: "nyc")]), now: city.now)
    #expect(other.loads.isEmpty)
  }

  @Test("Where nothing has changed the view stays the very same, and its page is written once")
  func unchanged() async throws {
    let city = try await City()
    try await city.online("cab-1")
    let board = board(city, freshness: .zero)
    let first = try await board.view(everywhere, now: city.now)
    city.wait(1)
    #expect(try await board.view(everywhere, now: city.now) === first)
    let page = await first.page()
    #expect(await first.page().bytes == page.bytes)
    try await city.online("cab-2")
    let second = try await board.view(everywhere, now: city.now)
    #expect(second !== first)
    #expect(await second.page().tag != page.tag)
    try await city.offline("cab-2")
    #expect(await (try board.view(everywhere, now: city.now)).page().tag == page.tag, "equal bytes have equal tags")
  }

  @Test("Changes are told since the view that somebody saw last, however far behind they are")
  func changes() async throws {
    let city = try await City()
    let board = board(city, freshness: .zero)
    let north = GeoPoint(latitude: 37.9, longitude: -122.3)
    let northern = try #require(HexCell(north, resolution: 8)).description
    let downtown = try #require(HexCell(City.pickup, resolution: 8)).description
    try await city.online("cab-1")
    let first = try await board.view(everywhere, now: city.now)
    try await city.online("cab-north", at: north)
    let second = try await board.view(everywhere, now: city.now)
    try await city.offline("cab-1")
    let third = try await board.view(everywhere, now: city.now)
    #expect(try cells(await first.changes(since: nil)) == [downtown])
    #expect(try cells(await second.changes(since: first)) == [northern])
    #expect(try cells(await third.changes(since: second)) == [downtown], "a zone that emptied")
    #expect(try cells(await third.changes(since: first)) == [northern, downtown], "who is further behind")
    #expect(try cells(await third.changes(since: nil)) == [northern])
    #expect(await third.changes(since: third) == nil)
    let again = try await board.view(ZoneQuery(regions: []), now: city.now)
    #expect(try cells(await again.changes(since: nil)).isEmpty, "the first event comes even where there is nothing")
  }

  @Test("Queries are told apart, and more of them than are kept still get their own answers")
  func manyQueries() async throws {
    let city = try await City()
    try await city.online("cab-1")
    let board = board(city, freshness: .seconds(3_600))
    for _ in 0..<2 {
      for west in 0..<50 {
        var query = everywhere
        query.bounds = GeoBounds(
          south: 37, west: City.pickup.longitude - 1 + Double(west) * 0.04, north: 38, east: -122)
        let view = try await board.view(query, now: city.now)
        let center = try #require(Zone.cell(at: City.pickup)).center
        #expect(view.loads.count == (query.bounds?.contains(center) == true ? 1 : 0))
      }
    }
  }
}
