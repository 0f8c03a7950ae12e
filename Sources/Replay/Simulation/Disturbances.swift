/// What goes wrong in a simulated city, and when: breaks and lost connections, chosen by the seed.
struct Disturbances {
  enum Kind: Int {
    /// The driver goes off shift, for so many milliseconds.
    case leave
    case comeBack
    /// The driver's phone loses its connection, for so many milliseconds.
    case lose
    case reconnect
  }

  struct Event {
    var milliseconds: Int64
    var driver: Int
    var kind: Kind
    var duration: Int64

    func isBefore(_ other: Event) -> Bool {
      (milliseconds, driver, kind.rawValue) < (other.milliseconds, other.driver, other.kind.rawValue)
    }
  }

  /// The events to come, the next one last.
  private var events: [Event] = []

  /// One break per driver concerned and eight hours, one lost connection per driver concerned and two hours; at least one each.
  init(_ options: SimulationOptions, drivers: Int, start: Int64, end: Int64) {
    let window = max(end - start, 1)
    for driver in 0..<drivers {
      var random = SplitMix64(seed: options.world.seed, stream: 0xD157_0000 + UInt64(driver))
      let (isLeaver, isLoser) = (random.unit() < options.offlineShare, random.unit() < options.disconnectShare)
      func add(_ kind: Kind, times: Int64, _ shortest: Double, _ longest: Double) {
        for _ in 0..<max(times, 1) {
          events.append(
            Event(
              milliseconds: start + Int64(random.unit() * Double(window)), driver: driver, kind: kind,
              duration: Int64(random.uniform(shortest, longest))))
        }
      }
      if isLeaver {
        let longest = min(3_600_000, Double(window) / 4)
        add(.leave, times: window / (8 * 3_600_000), longest / 6, longest)
      }
      if isLoser { add(.lose, times: window / (2 * 3_600_000), 20_000, 300_000) }
    }
    events.sort { $1.isBefore($0) }
  }

  var nextDue: Int64? { events.last?.milliseconds }

  mutating func popDue(_ now: Int64) -> Event? {
    guard let last = events.last, last.milliseconds <= now else { return nil }
    return events.removeLast()
  }

  mutating func add(_ event: Event) {
    let place = events.lastIndex { event.isBefore($0) }.map { $0 + 1 } ?? 0
    events.insert(event, at: place)
  }
}
