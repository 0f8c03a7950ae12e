import DispatchCore
import DispatchState
import HexGrid
import RedisState
import Testing

/// Thousands of random operations on the reference and on Redis, compared all along.
@Suite(.enabled(if: PrivateRedis.isInstalled)) struct FleetDifferentialTests {
  typealias Samples = FleetSamples

  /// With 70 drivers Redis keeps its hashes as flat lists, with 700 as tables.
  @Test(arguments: [(1, 70), (2, 70), (3, 700), (4, 700)] as [(UInt64, Int)])
  func `Redis answers as memory does`(seed: UInt64, drivers: Int) async throws {
    try await PrivateRedis.run { _, client in
      var world = FleetWorld(seed: seed, drivers: drivers)
      let memory = MemoryFleet()
      let redis = RedisFleet(client: client, deadline: .seconds(20))
      for step in 0..<2_500 {
        let operation = world.next()
        let expected = try await operation.perform(on: memory)
        let actual = try await operation.perform(on: redis)
        guard actual == expected else {
          Issue.record("seed \(seed), step \(step): \(operation) gave \(actual) instead of \(expected)")
          return
        }
      }
    }
  }
}

/// A random fleet: few places and moments, so that there are ties, duplicates and moves there and back.
struct FleetWorld {
  private var generator: SplitMix
  private let drivers: Int
  private var second = 0

  init(seed: UInt64, drivers: Int) {
    generator = SplitMix(seed: seed)
    self.drivers = drivers
  }

  mutating func next() -> FleetOperation {
    second += roll(2)
    switch roll(100) {
    case ..<45: return .record((0..<(1 + roll(60))).map { _ in ping() })
    case ..<60: return .apply((0..<(1 + roll(20))).map { _ in status() })
    case ..<65: return .sweep(silent: moment(back: 30 + roll(60)), forgotten: moment(back: 60 + roll(120)))
    case ..<75: return .driver(Samples.driver(roll(drivers)))
    case ..<85: return .idle(nil, moment(back: roll(90)), limit: roll(3) == 0 ? roll(30) : 100_000)
    case ..<92:
      let cells = (0..<(1 + roll(6))).compactMap { _ in Zone.cell(at: Samples.place(roll(24))) }
      return .idle(cells, moment(back: roll(90)), limit: roll(3) == 0 ? roll(10) : 100_000)
    case ..<98: return .supply
    default: return .recount
    }
  }

  typealias Samples = FleetSamples

  private mutating func roll(_ sides: Int) -> Int { Int(generator.next() % UInt64(sides)) }

  private func moment(back seconds: Int) -> Timestamp { Samples.start.advanced(bySeconds: second - seconds) }

  private mutating func ping() -> DriverPing {
    var ping = Samples.ping(
      roll(drivers), at: roll(24), second: Double(second - roll(12)), isOccupied: roll(5) == 0,
      heading: roll(3) == 0 ? nil : UInt16(roll(361)))
    ping.position.latitude += Double(roll(3)) * 1e-9
    ping.position.longitude -= Double(roll(3)) * 1e-9
    return ping
  }

  private mutating func status() -> DriverStatus {
    let activities: [DriverActivity] = [
      .offline, .idle, .idle, .idle, .offered(OfferID(trusted: "o1-1")), .busy(RideID(trusted: "r1")),
    ]
    return Samples.status(
      roll(drivers), activities[roll(activities.count)], version: Int64(second / 4 + roll(8)),
      vehicleClass: VehicleClass.allCases[roll(VehicleClass.allCases.count)])
  }
}

/// Something to do to a fleet, and what it answers.
enum FleetOperation {
  case record([DriverPing])
  case apply([DriverStatus])
  case sweep(silent: Timestamp, forgotten: Timestamp)
  case driver(DriverID)
  case idle([HexCell]?, Timestamp, limit: Int)
  case supply
  case recount

  enum Answer: Equatable {
    case none
    case count(Int)
    case driver(DriverSnapshot?)
    case drivers([DriverSnapshot])
    case zones([ZoneSupply])
  }

  func perform(on fleet: some FleetIndex) async throws -> Answer {
    let region = FleetSamples.region
    switch self {
    case .record(let pings): return .count(try await fleet.record(pings, in: region))
    case .apply(let statuses):
      try await fleet.apply(statuses)
      return .none
    case .sweep(let silent, let forgotten):
      return .count(
        try await fleet.sweep(in: region, silentSince: silent, forgottenSince: forgotten, limit: 1_000_000))
    case .driver(let driver): return .driver(try await fleet.driver(driver, in: region))
    case .idle(let cells, let since, let limit):
      return .drivers(try await fleet.idleDrivers(in: region, cells: cells, seenSince: since, limit: limit))
    case .supply: return .zones(try await fleet.supply(in: region))
    case .recount:
      let zones = try await fleet.recountedSupply(in: region)
      let counted = try await fleet.supply(in: region)
      #expect(counted == zones)
      return .zones(zones)
    }
  }
}
