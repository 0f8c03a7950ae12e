import FunctionKit
import NIOCore

/// Plays a scenario against a server over HTTP: runs the world on city time, carries out what its people want, and tells it
/// what the server answers.
///
/// The session, its client and every connection live on one event loop.
package actor ReplaySession {
  let options: ReplayOptions
  /// Tells this run's riders and keys from another's.
  package nonisolated let run: String
  let client: HTTPClient
  let clock = AdjustableClock()
  var scenario: Scenario
  var world: World
  var encoder: PingEncoder
  var calls = CallTally()
  var pingCount = PingCount()
  var outages: OutageLog
  var feeds: [Int: Feed] = [:]
  var notes: [String]
  /// City seconds per real second that the server granted.
  var speed: Double
  var isClockAdjustable = true

  // The gate behind which everybody waits while the server is away.
  var isUp = true
  var isGone = false
  var gateWaiters: [CheckedContinuation<Void, Never>] = []
  var isStopping = false

  var feedsOpening = 0
  var feedWaiters: [CheckedContinuation<Void, Never>] = []
  var pingRequestsInFlight = 0
  var isPingFailing = false
  private var tasks: [Int: Task<Void, Never>] = [:]
  private var nextTask = 0

  /// Creates a session; it does nothing until it runs.
  /// - Parameters:
  ///   - scenario: what to play.
  ///   - options: how.
  package init(scenario: Scenario, options: ReplayOptions) {
    var scenario = scenario
    if !options.driverPrefix.isEmpty {
      for index in scenario.drivers.indices {
        scenario.drivers[index].name = options.driverPrefix + scenario.drivers[index].name
      }
    }
    let run = options.run ?? "run" + String(AdjustableClock.systemNow().unixMilliseconds, radix: 36)
    var options = options
    options.world.riderPrefix = run + "-r"
    self.run = run
    self.options = options
    self.scenario = scenario
    speed = options.speed
    notes = scenario.notes
    client = HTTPClient(
      configuration: HTTPClient.Configuration(address: options.server, maximumConnections: options.maximumConnections))
    world = World(scenario: scenario, configuration: options.world)
    encoder = PingEncoder(names: scenario.drivers.map(\.name))
    outages = OutageLog(origin: .now())
  }

  package nonisolated var unownedExecutor: UnownedSerialExecutor { client.unownedExecutor }

  /// City time in milliseconds since 1970.
  var cityMilliseconds: Int64 { max(clock.now().unixMilliseconds, world.now) }

  /// Plays the scenario to its end; cancelling the task ends it early, with a report of what there is.
  /// - Parameter progress: called about once a real second.
  /// - Returns: what it came to.
  /// - Throws: `ReplayError` where it could not begin.
  package func play(
    progress: @escaping @Sendable (ReplayProgress) -> Void = { _ in }
  ) async throws(ReplayError) -> ReplayReport {
    do throws(ReplayError) {
      try await prepare()
    } catch {
      await stop()
      throw error
    }
    let cityStart = cityMilliseconds
    let start = NIODeadline.now()
    outages = OutageLog(origin: start)
    let isWhole = await live(progress)
    let wallSeconds = Double((NIODeadline.now() - start).nanoseconds) / 1e9
    let citySeconds = Double(cityMilliseconds - cityStart) / 1_000
    let pings = pingCount
    await wrapUp(isWhole: isWhole)

    var report = ReplayReport(tally: world.tally, drivers: scenario.drivers.count)
    report.run = run
    report.http = ReplayReport.HTTP(
      requests: calls.requests, errors: calls.errors, latencyMilliseconds: await client.latency.report)
    report.pings = pings.report(seconds: wallSeconds)
    report.errorsByCode = calls.errorsByCode
    report.refusalsByCode = calls.refusalsByCode
    report.recoveries = outages.recoveries
    report.speed = speed
    report.citySeconds = citySeconds
    report.wallSeconds = wallSeconds
    report.interrupted = !isWhole
    report.notes = notes
    await stop()
    return report
  }

  // MARK: The day

  /// Lets the city live until everybody's request is over.
  /// - Returns: false where it was ended early.
  private func live(_ progress: @Sendable (ReplayProgress) -> Void) async -> Bool {
    let drainEnd = scenario.endMilliseconds + Int64(options.drainMinutes * 60_000)
    let pingPause = pingPause
    var nextPings = NIODeadline.now()
    var nextSecond = NIODeadline.now() + .seconds(1)
    var lastPings = 0
    while true {
      let real = NIODeadline.now()
      let city = cityMilliseconds
      world.advance(to: city)
      flush()
      if real >= nextPings {
        nextPings = max(nextPings + pingPause, real)
        sendPings(until: city)
      }
      if real >= nextSecond {
        let seconds = Double((real - nextSecond).nanoseconds) / 1e9 + 1
        progress(progressNow(pingsPerSecond: Double(pingCount.sent - lastPings) / seconds))
        lastPings = pingCount.sent
        nextSecond = real + .seconds(1)
        reopenQuietFeeds(real)
      }
      if world.isQuiet { return true }
      if Task.isCancelled || isGone { return false }
      if city > drainEnd { return true }
      var pause = min(Double((nextPings - NIODeadline.now()).nanoseconds) / 1e6, 20)
      if let due = world.nextDue { pause = min(pause, Double(due - city) / speed) }
      try? await Task.sleep(for: .microseconds(Int64(max(pause, 1) * 1_000)))
    }
  }

  /// Real time between two lots of pings: long enough for arrays of a hundred, short enough that nobody misses a ping.
  private var pingPause: TimeAmount {
    let interval = Double(options.world.pingIntervalMilliseconds) / speed
    let hundred = 100 * interval / Double(max(scenario.drivers.count, 1))
    return .microseconds(Int64(max(min(hundred, interval / 2, 250), 2) * 1_000))
  }

  private func progressNow(pingsPerSecond: Double) -> ReplayProgress {
    ReplayProgress(
      cityMilliseconds: cityMilliseconds, zone: scenario.travelTime.zone, requests: world.tally.requests,
      open: world.tally.open, served: world.tally.served,
      meanWaitSeconds: Statistics.mean(of: world.tally.waitSeconds) ?? 0, idleDrivers: world.idleDrivers,
      drivers: world.driversOnShift, pingsPerSecond: pingsPerSecond, errors: calls.errors, isServerAway: !isUp)
  }

  // MARK: Before and after

  /// Waits for the server, sets its clock, and brings every driver on shift with an open feed.
  private func prepare() async throws(ReplayError) {
    // A feed for each driver and each ride under way.
    let sockets = scenario.drivers.count * 2 + options.maximumConnections + 1_024
    let granted = OpenFileLimit.raise(to: sockets)
    if granted < sockets {
      notes.append("only \(granted) sockets may be open, up to \(sockets) may be needed (ulimit -n)")
    }
    isUp = false
    await probe(patienceSeconds: min(options.patienceSeconds, 30))
    guard !isGone else {
      throw .unreachable(server: options.server.description, reason: "no answer to /readyz")
    }
    try await setUpClock()
    world.open()
    flush()
    let limit = NIODeadline.now() + .seconds(90)
    while NIODeadline.now() < limit, !Task.isCancelled, !isGone {
      let live = feeds.values.count { $0.heard > .uptimeNanoseconds(0) }
      if world.shiftsPending == 0, live >= world.driversOnShift { break }
      try? await Task.sleep(for: .milliseconds(5))
    }
    guard world.driversOnShift > 0 else {
      let reason = (calls.errorsByCode.keys.sorted() + calls.refusalsByCode.keys.sorted()).joined(separator: ", ")
      throw .noDrivers(reason: reason.isEmpty ? "no answer" : reason)
    }
    let late = scenario.drivers.count - world.driversOnShift
    if late > 0 { notes.append("\(late) drivers could not begin their shift") }
    try await startClock()
  }

  /// Looks up what is still open, ends the shifts, and gives the clock back.
  private func wrapUp(isWhole: Bool) async {
    if isWhole {
      let limit = NIODeadline.now() + .seconds(20)
      while !world.isQuiet, NIODeadline.now() < limit, !Task.isCancelled, !isGone {
        for (request, rideID) in world.openRides { await lookUp(request: request, rideID: rideID) }
        if !world.isQuiet { try? await Task.sleep(for: .milliseconds(500)) }
      }
    }
    guard !isGone else { return }
    world.advance(to: cityMilliseconds)
    world.close()
    flush()
    let limit = NIODeadline.now() + .seconds(isWhole ? 20 : 5)
    while !world.isClosed, NIODeadline.now() < limit, !isGone {
      // Sleeping ends at once in a cancelled task; a task of its own sleeps on.
      await Task.detached { try? await Task.sleep(for: .milliseconds(10)) }.value
    }
    await restoreClock()
  }

  private func stop() async {
    isStopping = true
    openGate()
    for feed in feeds.values {
      feed.isDone = true
      await client.closeStream(feed.key)
    }
    while !feedWaiters.isEmpty { feedWaiters.removeLast().resume() }
    let running = tasks.values
    for task in running { task.cancel() }
    for task in running { await task.value }
    await client.shutdown()
  }

  // MARK: Tasks

  /// Carries out what the world's people want, each wish in a task of its own on this actor.
  func flush() {
    for action in world.takeActions() {
      spawn { await $0.perform(action) }
    }
  }

  func spawn(_ body: @escaping @Sendable (isolated ReplaySession) async -> Void) {
    guard !isStopping else { return }
    nextTask += 1
    let id = nextTask
    tasks[id] = Task(executorPreference: LoopExecutor.shared) { await self.carryOut(id, body) }
  }

  private func carryOut(_ id: Int, _ body: @Sendable (isolated ReplaySession) async -> Void) async {
    await body(self)
    tasks[id] = nil
  }

  /// Tells the world something, and carries out what follows.
  func tell(_ input: WorldInput) {
    world.apply(input, at: cityMilliseconds)
    flush()
  }
}
