import FunctionKit
import Synchronization

/// Events at a rate, or as far apart as they were recorded, in city time. What is not handled when the process ends is gone.
final class SimulatorSource: DeliverySource {
  private struct State {
    var isReady = false
    /// What was recorded.
    var lines: [[UInt8]] = []
    var number = 0
    /// Names this run, so that its events are no duplicates of another's.
    var run: Int64 = 0
    /// City time from which due times count, and the number and recorded time of the event that is due then.
    var anchor = EventTime(unixMilliseconds: 0)
    var anchorNumber = 0
    var anchorTime: EventTime?
    /// When the last event was due, and the time that it was recorded with.
    var lastDue: EventTime?
    var lastTime: EventTime?
    var lastNow = EventTime(unixMilliseconds: .min)
  }

  private let settings: SimulatorSettings
  private let name: String
  private let clock: any WallClock
  private let state = Mutex(State())

  /// The largest recording.
  private static let maxBytes = 256 << 20

  let caller = Caller.service("simulator")
  let followsClock = true
  var label: String { "the simulator" }

  init(_ settings: SimulatorSettings, name: String, clock: any WallClock) {
    self.settings = settings
    self.name = name
    self.clock = clock
  }

  func open() async throws {
    var lines: [[UInt8]] = []
    if case .feed(let path, _) = settings.origin {
      lines = try await FileWork.run {
        let bytes = try FileWork.read(path, limit: Self.maxBytes + 1).bytes
        guard bytes.count <= Self.maxBytes else { throw SetupError("\(path): larger than \(Self.maxBytes) bytes") }
        return bytes.split(separator: 0x0A).map(Array.init)
      }
    }
    let now = clock.now()
    state.withLock { state in
      state = State(isReady: true, lines: lines, run: now.unixMilliseconds, anchor: now, lastNow: now)
    }
  }

  func receive(_ room: Int) async throws -> [Delivery] {
    let now = clock.now()
    let (deliveries, due) = state.withLock { state in take(&state, room, now) }
    guard deliveries.isEmpty else { return deliveries }
    if let due {
      try await clock.sleep(until: due)
    } else {
      try await Task.sleep(for: .seconds(3_600))
    }
    return []
  }

  func acknowledge(_ ids: [String]) async throws {}

  /// The events that are due, and when the next one is; nil at the end.
  private func take(_ state: inout State, _ room: Int, _ now: EventTime) -> (due: [Delivery], next: EventTime?) {
    if now < state.lastNow {
      // City time was set back: go on from here.
      state.anchor = now
      state.anchorNumber = state.number
      state.anchorTime = nil
      state.lastDue = nil
    }
    state.lastNow = now
    var deliveries: [Delivery] = []
    while deliveries.count < room {
      guard state.number < settings.count ?? .max, var delivery = delivery(state) else { return (deliveries, nil) }
      let due = due(&state, delivery.event)
      guard due <= now else { return (deliveries, due) }
      state.lastTime = delivery.event.time ?? state.lastTime
      state.lastDue = due
      delivery.event.time = due
      deliveries.append(delivery)
      state.number += 1
    }
    return (deliveries, nil)
  }

  private func due(_ state: inout State, _ event: Event) -> EventTime {
    switch settings.pace {
    case .rate(let rate):
      let milliseconds = Double(state.number - state.anchorNumber) / rate * 1_000
      return state.anchor.advanced(by: .milliseconds(Int64(min(milliseconds, 1e15))))
    case .recorded(let speed):
      guard let time = event.time else { return state.anchor }
      guard let first = state.anchorTime, time >= state.lastTime ?? first else {
        // The first one, or the first of another round.
        state.anchorTime = time
        state.anchor = state.lastDue ?? state.lastNow
        return state.anchor
      }
      let passed = Double(time.unixMilliseconds - first.unixMilliseconds) / speed
      return state.anchor.advanced(by: .milliseconds(Int64(min(passed, 1e15))))
    }
  }

  private func delivery(_ state: State) -> Delivery? {
    let id = "\(state.run)-\(state.number)"
    let source = "/cabstand/simulator/\(name)"
    switch settings.origin {
    case .template(let template):
      return Delivery(
        id: id,
        event: template.event(state.number, id: id, source: source, time: state.lastNow, seed: settings.seed))
    case .feed(let path, let repeats):
      let lines = state.lines
      guard !lines.isEmpty, repeats || state.number < lines.count else { return nil }
      var delivery = EventText.delivery(
        id, lines[state.number % lines.count], source: "file:\(path)", maxBytes: Self.maxBytes)
      if state.number >= lines.count { delivery.event.id += "-\(state.number / lines.count)" }
      return delivery
    }
  }
}
