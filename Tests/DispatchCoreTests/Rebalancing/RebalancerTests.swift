import HexGrid
import Testing

@testable import DispatchCore

@Suite("Rebalancing")
struct RebalancerTests {
  private typealias Town = RebalanceTown

  private func plan(
    _ drivers: [FleetDriver], perHour: Int = 20, policy: RebalancePolicy = RebalancePolicy(),
    metersPerSecond: Double = 6
  ) throws -> [RebalanceMove] {
    let model = try perHour == 20 ? Town.usual.get() : Town.model(perHour: perHour)
    var rebalancer = Rebalancer(model: model, policy: policy)
    return try rebalancer.plan(Town.situation(drivers, metersPerSecond: metersPerSecond))
  }

  @Test("A driver who waits where nobody asks is sent to where riders ask")
  func nearMove() throws {
    let moves = try plan([Town.driver(1, at: Town.suburb)])
    let move = try #require(moves.first)
    #expect(moves.count == 1)
    #expect(move.target.distanceMeters(to: Town.market) < 100)
    let meters = Town.suburb.distanceMeters(to: Town.market)
    #expect(abs(move.driveSeconds - meters / 6) < 20)
  }

  @Test("Drivers come back over a long way as the demand asks for them, not all of them")
  func longMoves() throws {
    let airport = (0..<200).map { Town.driver($0, at: Town.airport) }
    let few = try plan(airport, perHour: 4).count
    let many = try plan(airport, perHour: 60).count
    #expect(few > 0)
    #expect(many > 3 * few)
    #expect(many < 200)
  }

  @Test("Who is needed where they are stays: at the market nobody moves")
  func stays() throws {
    let drivers = (0..<3).map { Town.driver($0, at: Town.market) }
    #expect(try plan(drivers).isEmpty)
  }

  @Test("The longer the drive counts, the fewer are moved; at a high price nobody is")
  func price() throws {
    let airport = (0..<50).map { Town.driver($0, at: Town.airport) }
    var dear = RebalancePolicy()
    dear.longDriveWeight = 10
    dear.shortDriveWeight = 10
    dear.leastGainSeconds = 10_000
    #expect(try plan(airport, policy: dear).isEmpty)
    #expect(!(try plan(airport).isEmpty))
  }

  @Test("Drivers who come free at the market in time are counted: fewer are fetched")
  func soonFree() throws {
    let airport = (0..<100).map { Town.driver($0, at: Town.airport) }
    let soon = (100..<140).map {
      Town.driver($0, at: Town.market, freeIn: 60, isMovable: false, isOnRide: true)
    }
    #expect(try plan(airport + soon).count < plan(airport).count)
  }

  @Test(
    "Only who is movable moves, each at most once, to places where riders ask, whatever the order", arguments: 0..<40)
  func properties(seed: Int) throws {
    var random = SeededRandom(seed: UInt64(seed))
    let model = try Town.usual.get()
    let drivers = (0..<random.below(60)).map { number in
      Town.driver(
        number,
        at: GeoPoint(
          latitude: 37.78 + .random(in: -0.05...0.05, using: &random),
          longitude: -122.41 + .random(in: -0.05...0.05, using: &random)),
        freeIn: random.chance(0.3) ? Double(random.below(2_000)) : 0, isMovable: random.chance(0.7),
        isOnRide: random.chance(0.3))
    }
    var rebalancer = Rebalancer(model: model)
    let moves = try rebalancer.plan(Town.situation(drivers))
    let movable = Set(drivers.filter(\.isMovable).map(\.driver))
    #expect(Set(moves.map(\.driver)).count == moves.count)
    #expect(moves.allSatisfy { movable.contains($0.driver) && $0.driveSeconds.isFinite && $0.driveSeconds >= 0 })
    let sites = model.sites.map(\.position)
    #expect(moves.allSatisfy { sites.contains($0.target) })
    #expect(try rebalancer.plan(Town.situation(drivers.shuffled(using: &random))) == moves)
    // A planner that is new to it says the same.
    var fresh = Rebalancer(model: model)
    #expect(try fresh.plan(Town.situation(drivers)) == moves)
  }

  @Test("Who has followed is left alone: suggestions do not chase each other", arguments: 0..<20)
  func settles(seed: Int) throws {
    var random = SeededRandom(seed: UInt64(seed) + 500)
    var rebalancer = Rebalancer(model: try Town.usual.get())
    var drivers = (0..<30).map { number in
      Town.driver(
        number,
        at: GeoPoint(
          latitude: 37.78 + .random(in: -0.03...0.03, using: &random),
          longitude: -122.41 + .random(in: -0.03...0.03, using: &random)))
    }
    let moves = try rebalancer.plan(Town.situation(drivers))
    for move in moves {
      let index = try #require(drivers.firstIndex { $0.driver == move.driver })
      drivers[index].position = move.target
    }
    #expect(try rebalancer.plan(Town.situation(drivers)).isEmpty)
  }

  @Test("Without drivers, speed or demand there is nothing to do")
  func nothing() throws {
    #expect(try plan([]).isEmpty)
    #expect(try plan([Town.driver(1, at: Town.airport)], metersPerSecond: 0).isEmpty)
    #expect(try plan([Town.driver(1, at: Town.airport)], metersPerSecond: .nan).isEmpty)
    #expect(try plan([Town.driver(1, at: GeoPoint(latitude: .nan, longitude: 0))]).isEmpty)
  }
}
