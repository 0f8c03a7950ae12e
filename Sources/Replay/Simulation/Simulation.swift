import DispatchCore
import DispatchState
import FunctionKit
import Logging

/// A city day in virtual time: the world's people and the functions in one task, on stores in memory, from one moment at which
/// something is due to the next.
///
/// Nothing runs beside anything else and nothing is drawn but from the seed, so equal inputs give equal logs of decisions.
package final class Simulation {
  let parts: SimulationParts
  let options: SimulationOptions
  let scenario: Scenario
  var world: World
  var log: DecisionLog
  var calls = CallTally()
  var pingCount = PingCount()
  var series: SimulationSeries
  var violations: [Violation] = []
  var matchTimes = LatencyHistogram()
  var notes: [String] = []

  let functions: [String: SimulatedFunction]
  let logger: Logger
  let deadline = ContinuousClock.now + .seconds(86_400)
  var eventCount = 0

  /// The functions' ticks by their order, each with its next moment.
  private var ticks: [(function: SimulatedFunction, tick: SimulatedFunction.Tick, next: Int64)] = []
  var disturbances: Disturbances
  var isConnected: [Bool]
  /// What drivers without a connection want to say once they have one again.
  var unsent: [Int: [WorldAction]] = [:]
  let driverIndex: [String: Int]

  var wheel: PingWheel
  var lastPing: [Int64]
  var dueDrivers: [Int] = []
  /// Drivers whose occupation may have changed at this moment.
  var touched: [Int] = []
  let encoder: PingEncoder

  /// Creates a simulation at the start of its day.
  /// - Parameters:
  ///   - scenario: who wants what, and who drives.
  ///   - options: how people behave.
  ///   - parts: stores and functions; nobody else may use them.
  ///   - log: takes the decisions.
  package init(scenario: Scenario, options: SimulationOptions, parts: SimulationParts, log: DecisionLog = DecisionLog())
  {
    self.scenario = scenario
    self.options = options
    self.parts = parts
    self.log = log
    world = World(scenario: scenario, configuration: options.world)
    let start = scenario.startMilliseconds
    series = SimulationSeries(scenario: scenario, isMapped: options.isMapped)
    functions = Dictionary(parts.functions.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    logger = Logger(label: "simulate", factory: { _ in SwiftLogNoOpLogHandler() })
    let drivers = scenario.drivers.count
    disturbances = Disturbances(options, drivers: drivers, start: start, end: scenario.endMilliseconds)
    isConnected = Array(repeating: true, count: drivers)
    driverIndex = Dictionary(
      scenario.drivers.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    let longest = max(options.parkedPingMilliseconds, options.busyPingMilliseconds, 30_000) / 1_000
    wheel = PingWheel(drivers: drivers, second: start / 1_000, longestSeconds: longest)
    lastPing = Array(repeating: .min, count: drivers)
    encoder = PingEncoder(names: scenario.drivers.map(\.name))
    for function in parts.functions.sorted(by: { $0.name < $1.name }) {
      for tick in function.ticks.sorted(by: { $0.trigger < $1.trigger }) {
        let next = tick.next(EventTime(unixMilliseconds: start))?.unixMilliseconds
        ticks.append((function, tick, next ?? .max))
      }
    }
  }

  /// Lives through the day.
  /// - Parameter progress: called about once a real second.
  /// - Returns: what it came to; ended early where the task was cancelled.
  package func run(progress: (ReplayProgress) -> Void = { _ in }) async -> SimulationResult {
    let start = ContinuousClock.now
    var nextProgress = start + .seconds(1)
    moveClock(to: scenario.startMilliseconds)
    world.open()
    await carryOut()
    for driver in scenario.drivers.indices {
      // Spread over the time between two pings, so that no second has them all.
      wheel.set(
        driver, at: scenario.startMilliseconds / 1_000 + Int64(driver) % (options.parkedPingMilliseconds / 1_000))
    }
    let drainEnd = scenario.endMilliseconds + options.drainMilliseconds
    var isWhole = true
    var steps = 0
    while !world.isQuiet, let now = nextMoment(), now <= drainEnd {
      await live(at: now)
      steps &+= 1
      guard steps % 1_024 == 0 else { continue }
      if Task.isCancelled {
        isWhole = false
        break
      }
      if ContinuousClock.now >= nextProgress {
        nextProgress = ContinuousClock.now + .seconds(1)
        progress(progressNow)
      }
    }
    series.sample(world, at: world.now)
    let end = world.now
    world.close()
    await carryOut()
    await audit()
    log.finish()
    return result(isWhole: isWhole, end: end, wall: ContinuousClock.now - start)
  }

  private var progressNow: ReplayProgress {
    ReplayProgress(
      cityMilliseconds: world.now, zone: scenario.travelTime.zone, requests: world.tally.requests,
      open: world.tally.open, served: world.tally.served,
      meanWaitSeconds: Statistics.mean(of: world.tally.waitSeconds) ?? 0, idleDrivers: world.idleDrivers,
      drivers: world.driversOnShift, errors: calls.errors)
  }

  // MARK: Time

  /// The next moment at which anything is due: a tick, a person, a disturbance or whole seconds' pings.
  private func nextMoment() -> Int64? {
    var next = (world.now / 1_000 + 1) * 1_000
    if let due = world.nextDue { next = min(next, due) }
    if let due = disturbances.nextDue { next = min(next, due) }
    for tick in ticks { next = min(next, tick.next) }
    return max(next, world.now)
  }

  func moveClock(to milliseconds: Int64) {
    parts.clock.advance(to: EventTime(unixMilliseconds: milliseconds))
    world.advance(to: milliseconds)
  }

  /// Everything due at a moment, in a fixed order: disturbances, people, pings, then the functions' ticks.
  private func live(at now: Int64) async {
    moveClock(to: now)
    while let event = disturbances.popDue(now) { await disturb(event) }
    await carryOut()
    await sendDuePings(now)
    for index in ticks.indices where ticks[index].next <= now { await runTick(index, now) }
    if series.isDue(now) { series.sample(world, at: now) }
  }

  private func runTick(_ index: Int, _ now: Int64) async {
    let (function, tick, due) = ticks[index]
    ticks[index].next = tick.next(EventTime(unixMilliseconds: now))?.unixMilliseconds ?? .max
    let label = "\(function.name)/\(tick.trigger)"
    let event = Event(
      id: "\(label)@\(due)", source: "/cabstand/cron/\(label)", type: "cabstand.cron.ticked.v1",
      time: EventTime(unixMilliseconds: due), trigger: TriggerInfo(kind: "cron", name: tick.trigger))
    if function.name == "match-riders" {
      let start = ContinuousClock.now
      _ = await handle(event, function, caller: .service("cron"))
      let took = (ContinuousClock.now - start).components
      matchTimes.record(nanoseconds: took.seconds * 1_000_000_000 + took.attoseconds / 1_000_000_000)
    } else {
      _ = await handle(event, function, caller: .service("cron"))
    }
    await carryOut()
  }

  /// Lets people do what they want and learn what came of it, until all is said.
  func carryOut() async {
    repeat {
      for action in world.takeActions() { await perform(action) }
    } while await publish() || world.hasActions
    await pingTouched()
  }

  func tell(_ input: WorldInput) {
    world.apply(input, at: world.now)
  }
}
