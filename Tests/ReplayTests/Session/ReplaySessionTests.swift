import FunctionKit
import HexGrid
import Replay
import Testing

/// A small city played against a server in this process; the counts must add up whatever happens to the connection.
@Suite(.serialized)
struct ReplaySessionTests {
  private static func scenario(requests: Int = 40, drivers: Int = 50) throws -> Scenario {
    let from = try #require(TimeOfDay("17:00"))
    let to = try #require(TimeOfDay("17:05"))
    return DemoCity(seed: 7, drivers: drivers, requests: requests, from: from, to: to).makeScenario()
  }

  /// Riders wait for ever unless told otherwise, so that the outcome does not hang on the speed of the machine.
  private static func options(
    _ server: FakeServer, speed: Double = 600, patienceMilliseconds: Int64 = 1 << 40
  ) -> ReplayOptions {
    ReplayOptions(
      server: server.address, speed: speed, world: WorldConfiguration(patienceMilliseconds: patienceMilliseconds),
      run: "t", drainMinutes: 1e6, patienceSeconds: 60)
  }

  private static func expectConsistent(_ report: ReplayReport, requests: Int) {
    #expect(report.requests == requests)
    #expect(report.unfinished == 0)
    #expect(report.served + report.expired + report.cancelled + report.refused + report.failed == requests)
    #expect(report.unsettled == 0)
    #expect(report.revenue.minorUnits == Int64(report.served) * 1_000)
    #expect(!report.interrupted)
  }

  @Test func playsACityToTheEnd() async throws {
    let server = try await FakeServer()
    let report = try await ReplaySession(scenario: Self.scenario(), options: Self.options(server)).play()
    Self.expectConsistent(report, requests: 40)
    #expect(report.served == 40)
    #expect(report.http.errors == 0, "\(report.errorsByCode)")
    #expect(report.recoveries.isEmpty)
    #expect(report.revenue.currency == "USD")
    #expect(report.emptyShare > 0 && report.emptyShare < 1)
    #expect(report.waitSeconds.median > 0)
    #expect(report.pings.sent >= 50)
    #expect(report.pings.rejected == 0)
    #expect(try await server.with { $0.violations }.isEmpty)
    let online = try await server.with { $0.drivers.values.count { $0.isOnline } }
    #expect(online == 0)
    // The clock is set before and at the start, and given back afterwards.
    #expect(try await server.with { $0.clockSettings.map(\.rate) } == [1, 600, 1])
    try await server.shutdown()
  }

  @Test func movesTheDayToNowWhereTheClockIsFixed() async throws {
    let server = try await FakeServer(isClockAdjustable: false)
    // At real speed: end it early, the shape of the report is what counts.
    let session = ReplaySession(scenario: try Self.scenario(), options: Self.options(server))
    let task = Task { try await session.play() }
    while try await server.with({ $0.pings }) == 0 { try await Task.sleep(for: .milliseconds(20)) }
    task.cancel()
    let report = try await task.value
    #expect(report.interrupted)
    #expect(report.speed == 1)
    #expect(report.notes.contains { $0.contains("clock is fixed") })
    #expect(report.pings.rejected == 0)
    #expect(try await server.with { $0.drivers.values.count { $0.isOnline } } == 0)
    try await server.shutdown()
  }

  @Test func survivesDroppedConnections() async throws {
    let server = try await FakeServer()
    let session = ReplaySession(scenario: try Self.scenario(), options: Self.options(server, speed: 400))
    let task = Task { try await session.play() }
    for _ in 1...4 {
      try await Self.wait(server) { $0.rides.count >= 5 }
      try await server.drop()
      try await Task.sleep(for: .milliseconds(150))
    }
    let report = try await task.value
    Self.expectConsistent(report, requests: 40)
    #expect(report.served == 40)
    #expect(report.http.errors > 0)
    #expect(!report.recoveries.isEmpty)
    #expect(report.recoveries.allSatisfy { $0.isRecovered })
    #expect(try await server.with { $0.violations }.isEmpty)
    try await server.shutdown()
  }

  @Test func goesOnAfterTheServerWasAway() async throws {
    let server = try await FakeServer()
    let session = ReplaySession(scenario: try Self.scenario(), options: Self.options(server, speed: 300))
    let task = Task { try await session.play() }
    try await Self.wait(server) { $0.rides.values.contains { $0.stage == .started } }
    try await server.stop()
    try await Task.sleep(for: .milliseconds(300))
    // A server that starts anew has forgotten the clock.
    try await server.with { $0.clock.anchor = nil }
    try await server.start()
    let report = try await task.value
    Self.expectConsistent(report, requests: 40)
    #expect(report.served == 40)
    #expect(report.recoveries.contains { $0.failures > 0 && $0.isRecovered })
    #expect(try await server.with { $0.violations }.isEmpty)
    #expect(try await server.with { $0.clockSettings.count } >= 4)
    #expect(report.pings.rejected == 0)
    try await server.shutdown()
  }

  @Test func repeatsWhatWasAnsweredIntoTheVoid() async throws {
    let server = try await FakeServer()
    let session = ReplaySession(scenario: try Self.scenario(), options: Self.options(server, speed: 400))
    let task = Task { try await session.play() }
    for _ in 1...10 {
      try await Self.wait(server) { $0.rides.count >= 2 }
      try await server.with { $0.loseAnswers = 3 }
      try await Task.sleep(for: .milliseconds(60))
    }
    let report = try await task.value
    Self.expectConsistent(report, requests: 40)
    // Every rider made one ride, although answers were lost.
    #expect(try await server.with { $0.violations }.isEmpty)
    #expect(try await server.with { $0.rides.values.count { $0.stage == .settled } } == report.served)
    try await server.shutdown()
  }

  @Test func triesAgainWhileStoresAreAway() async throws {
    let server = try await FakeServer()
    let session = ReplaySession(scenario: try Self.scenario(), options: Self.options(server, speed: 300))
    let task = Task { try await session.play() }
    try await Self.wait(server) { $0.rides.count >= 5 }
    try await server.with { $0.refuseNext = 40 }
    let report = try await task.value
    Self.expectConsistent(report, requests: 40)
    #expect(report.errorsByCode["503 storeUnavailable"] == 40)
    #expect(report.recoveries.contains { $0.cause == "503 storeUnavailable" && $0.isRecovered })
    #expect(try await server.with { $0.violations }.isEmpty)
    try await server.shutdown()
  }

  @Test func ridersGiveUpWhereNobodyDrives() async throws {
    let server = try await FakeServer()
    var scenario = try Self.scenario(requests: 30, drivers: 1)
    scenario.requests[3].pickup = GeoPoint(latitude: 85, longitude: 0)
    let options = Self.options(server, patienceMilliseconds: 600_000)
    let report = try await ReplaySession(scenario: scenario, options: options).play()
    Self.expectConsistent(report, requests: 30)
    #expect(report.refused == 1)
    #expect(report.cancelled > 10)
    #expect(report.refusalsByCode["422 outsideServiceArea"] == 1)
    #expect(report.http.errors == 0, "\(report.errorsByCode)")
    try await server.shutdown()
  }

  @Test func driversDeclineAtTheirShare() async throws {
    let server = try await FakeServer()
    var options = Self.options(server)
    options.world.declineShare = 0.5
    let report = try await ReplaySession(scenario: try Self.scenario(), options: options).play()
    Self.expectConsistent(report, requests: 40)
    #expect(report.offers.declined > 10)
    #expect(report.served == 40)
    try await server.shutdown()
  }

  @Test func saysWhyThereIsNoServer() async throws {
    let options = ReplayOptions(server: .unix(path: "/tmp/nobody-listens-here.sock"), patienceSeconds: 0.2)
    let session = ReplaySession(scenario: try Self.scenario(), options: options)
    await #expect(throws: ReplayError.self) { try await session.play() }
  }

  private static func wait(_ server: FakeServer, until condition: @escaping @Sendable (FakeCity) -> Bool) async throws {
    for _ in 1...5_000 {
      if try await server.with(condition) { return }
      try await Task.sleep(for: .milliseconds(2))
    }
    Issue.record("the city did not come so far")
  }
}
