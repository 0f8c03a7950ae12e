import DispatchCore
import DispatchState
import FunctionKit
import Testing

@Suite("A random day")
struct ScenarioTests {
  @Test(
    "Nothing that many drivers and riders try breaks an invariant, and every request ends",
    arguments: 0..<8 as Range<UInt64>)
  func audit(seed: UInt64) async throws {
    var scenario = try await Scenario(seed: seed)
    for index in 0..<600 {
      try await scenario.operation()
      if index % 20 == 0 { try await scenario.city.audit() }
    }
    try await scenario.finish()
    try await scenario.city.audit()
    let rides = try await scenario.city.record.rides(.init(), after: nil, limit: .max)
    #expect(rides.count > 15 && rides.allSatisfy(\.state.isFinal), "\(rides.filter { !$0.state.isFinal })")
    let settled = rides.filter { $0.state == .settled }
    #expect(settled.count > 3, "\(scenario.answers)")
    var paid: Int64 = 0
    for ride in settled {
      let settlement = try #require(try await scenario.city.record.settlement(of: ride.id))
      #expect(settlement.charge.total == ride.fare)
      paid += ride.fare.minorUnits
    }
    var shared: Int64 = 0
    for account in [LedgerAccount.commission] + (0..<14).map({ LedgerAccount.driver(DriverID(trusted: "cab-\($0)")) }) {
      shared += try await scenario.city.record.balance(of: account).reduce(0) { $0 - $1.minorUnits }
    }
    #expect(paid == shared, "what riders paid is what drivers and platform got")
  }

  @Test("The same seed tells the same story, to the byte", arguments: [11, 12, 13] as [UInt64])
  func deterministic(seed: UInt64) async throws {
    func story() async throws -> [UInt8] {
      var scenario = try await Scenario(seed: seed)
      for _ in 0..<400 { try await scenario.operation() }
      try await scenario.finish()
      return try await scenario.outbox()
    }
    let first = try await story()
    #expect(first.count > 10_000)
    #expect(try await story() == first)
  }

  @Test("Everybody at once: the invariants hold under real concurrency", arguments: 0..<4 as Range<UInt64>)
  func concurrent(seed: UInt64) async throws {
    let city = try await City()
    for number in 0..<12 { try await city.online("cab-\(number)") }
    for round in 0..<6 {
      var rides: [String] = []
      for rider in 0..<10 {
        let quote = try await city.quote("r-\(rider)")
        let answer = try await city.call("POST", "/v1/rides", #"{"rider":"r-\#(rider)","quoteId":"\#(quote)"}"#)
        if let ride = answer["rideId"]?.text { rides.append(ride) }
      }
      for number in 0..<12 { try await city.ping("cab-\(number)") }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<3 { group.addTask { try await city.match() } }
        for (index, ride) in rides.enumerated() {
          group.addTask {
            var random = SeededRandom(seed: seed * 1_000 + UInt64(round * 50 + index))
            for _ in 0..<12 {
              guard let stored = try await city.record.ride(RideID(trusted: ride)) else { return }
              let driver = stored.driver?.text ?? "cab-0"
              switch random.below(9) {
              case 0, 1, 2:
                let offer = OfferID.offer(of: stored.id, round: max(stored.offerRound, 1))
                _ = try await city.call("POST", "/v1/offers/\(offer)/accept", #"{"driver":"\#(driver)"}"#)
              case 3: try await city.step("arrive", ride, driver)
              case 4: try await city.step("start", ride, driver)
              case 5: try await city.step("complete", ride, driver)
              case 6: if random.chance(0.3) { try await city.cancel(ride, rider: stored.rider.text) }
              case 7: if random.chance(0.3) { try await city.step("cancel", ride, driver) }
              default: _ = try await city.settle(ride)
              }
              await Task.yield()
            }
          }
        }
        group.addTask { try await city.expire() }
        try await group.waitForAll()
      }
      try await city.audit()
      city.wait(20)
      try await city.expire()
      try await city.sweepFares()
    }
    try await city.audit()
  }
}
