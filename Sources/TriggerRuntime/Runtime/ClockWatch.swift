import FunctionKit

/// Notices that city time was set back, which no sleeper does by itself, and lets triggers plan anew.
struct ClockWatch: Sendable {
  let clock: any WallClock
  let triggers: [any Trigger]

  /// How often the clock is looked at, in real time.
  private static let interval = Duration.seconds(1)

  /// Watches until it is cancelled.
  func run() async {
    var last = clock.now()
    while (try? await Task.sleep(for: Self.interval)) != nil {
      let now = clock.now()
      if now < last {
        for trigger in triggers { trigger.clockMovedBack() }
      }
      last = now
    }
  }
}
