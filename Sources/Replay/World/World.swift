/// The simulated drivers and riders of a city: a state machine without clock, network or threads.
///
/// Whoever runs it moves its time (`advance`), tells it answers and events (`apply`), and carries out what its people want
/// (`takeActions`, `takePings`). An HTTP replay and a simulation in virtual time run the same world; equal inputs in equal
/// order give equal outputs.
package struct World: Sendable {
  package let scenario: Scenario
  package let configuration: WorldConfiguration
  var drivers: [SimulatedDriver]
  var riders: [SimulatedRider]
  var timers = TimerHeap()
  /// The latest moment that the world has seen.
  package internal(set) var now: Int64
  /// What was counted so far.
  package internal(set) var tally = WorldTally()
  var actions: [WorldAction] = []
  /// Which request a ride belongs to.
  var requestOfRide: [String: Int] = [:]
  /// When a driver arrived at a ride's pickup place.
  var arrivals: [String: Int64] = [:]
  /// Rides that a driver has done with: a late event must not bring them back.
  var finished: Set<String> = []
  private var pingCursor: Int64 = 0

  /// A refused step is tried again this many times, then the driver drives on.
  static let mostRefusals = 20
  static let refusalPauseMilliseconds: Int64 = 5_000

  /// Creates the city at the start of its day; everybody is ready, nobody has done anything.
  /// - Parameters:
  ///   - scenario: who wants what, and who drives.
  ///   - configuration: how they behave.
  package init(scenario: Scenario, configuration: WorldConfiguration) {
    self.scenario = scenario
    self.configuration = configuration
    now = scenario.startMilliseconds
    drivers = scenario.drivers.enumerated().map { index, driver in
      SimulatedDriver(
        name: driver.name, leg: Leg(stayAt: driver.start, since: scenario.startMilliseconds),
        moment: scenario.startMilliseconds, random: SplitMix64(seed: configuration.seed, stream: UInt64(index) + 2))
    }
    riders = Array(repeating: SimulatedRider(), count: scenario.requests.count)
  }

  // MARK: What the runner asks

  /// Begins every driver's shift and sets every request's timer.
  package mutating func open() {
    for index in drivers.indices {
      drivers[index].shift = .beginning
      actions.append(.goOnline(driver: index, at: drivers[index].leg.from, milliseconds: now))
    }
    for (index, request) in scenario.requests.enumerated() {
      timers.set(.request(index), at: request.unixMilliseconds)
    }
  }

  /// Ends every shift.
  package mutating func close() {
    for index in drivers.indices where drivers[index].shift == .on || drivers[index].shift == .beginning {
      settleLeg(index, at: now)
      drivers[index].leg = Leg(stayAt: drivers[index].leg.place(at: now), since: now)
      drivers[index].shift = .ending
      actions.append(.goOffline(driver: index))
    }
  }

  /// Moves time and lets everybody do what is due.
  /// - Parameter milliseconds: the present moment; an earlier one than before moves nothing.
  package mutating func advance(to milliseconds: Int64) {
    while let timer = timers.popDue(milliseconds) {
      now = max(now, timer.milliseconds)
      switch timer.subject {
      case .request(let request): ask(request)
      case .patience(let request): losePatience(request)
      case .answer(let driver, let token):
        if drivers[driver].answerToken == token { answer(driver) }
      case .motion(let driver, let token):
        if drivers[driver].motionToken == token { endMotion(driver, at: timer.milliseconds) }
      }
    }
    now = max(now, milliseconds)
  }

  /// When the next thing is due; nil where nothing is.
  package var nextDue: Int64? { timers.earliest }

  /// What the people want done since the last call, in order.
  package mutating func takeActions() -> [WorldAction] {
    defer { actions.removeAll(keepingCapacity: true) }
    return actions
  }

  /// The pings due since the last call, at most one for each driver, spread evenly over the interval.
  /// - Parameter milliseconds: the present moment.
  package mutating func takePings(until milliseconds: Int64) -> [WorldPing] {
    let count = Int64(drivers.count)
    guard count > 0 else { return [] }
    let interval = configuration.pingIntervalMilliseconds
    let elapsed = milliseconds - scenario.startMilliseconds
    guard elapsed >= 0 else { return [] }
    let last = elapsed * count / interval
    // After a pause only the latest ping of each driver is of use.
    pingCursor = max(pingCursor, last - count + 1)
    var pings: [WorldPing] = []
    while pingCursor <= last {
      let driver = Int(pingCursor % count)
      let due = scenario.startMilliseconds + pingCursor * interval / count
      pingCursor += 1
      guard drivers[driver].shift == .on else { continue }
      pings.append(WorldPing(driver: driver, unixMilliseconds: due, place: drivers[driver].leg.place(at: due)))
    }
    return pings
  }

  /// The name of a driver.
  package func name(ofDriver driver: Int) -> String { drivers[driver].name }

  /// The id of the rider of a request.
  package func name(ofRiderOf request: Int) -> String { "\(configuration.riderPrefix)-\(request + 1)" }

  /// Whether the rider has given up waiting for an answer to the request.
  package func isImpatient(_ request: Int) -> Bool { riders[request].isImpatient }

  /// How many drivers could take an offer now.
  package var idleDrivers: Int { drivers.count { $0.isIdle } }

  /// How many drivers are on shift.
  package var driversOnShift: Int { drivers.count { $0.shift == .on } }

  /// How many shifts the server has not answered for yet.
  package var shiftsPending: Int { drivers.count { $0.shift == .beginning } }

  /// Whether every shift is over or was never begun.
  package var isClosed: Bool {
    drivers.allSatisfy { $0.shift == .off || $0.shift == .refused }
  }

  /// The rides that are not known to be over, by request.
  package var openRides: [(request: Int, rideID: String)] {
    riders.indices.compactMap { index in
      guard riders[index].phase == .placed, let ride = riders[index].ride else { return nil }
      return (index, ride.rideID)
    }
  }

  /// Whether everybody has asked who will and every request is over.
  package var isQuiet: Bool { tally.requests == riders.count && tally.open == 0 }
}
