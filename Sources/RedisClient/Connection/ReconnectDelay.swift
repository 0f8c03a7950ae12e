import NIOCore

/// Pauses between attempts to connect: doubling, up to a limit, and never the same for two clients.
struct ReconnectDelay {
  private let shortest: Int64
  private let longest: Int64
  private var failureCount: Int64 = 0

  init(shortest: TimeAmount, longest: TimeAmount) {
    self.shortest = max(1, shortest.nanoseconds)
    self.longest = max(self.shortest, longest.nanoseconds)
  }

  /// Starts over after a success.
  mutating func reset() { failureCount = 0 }

  /// The pause after one more failure: between half and all of the doubled time.
  mutating func next() -> TimeAmount {
    var generator = SystemRandomNumberGenerator()
    return next(using: &generator)
  }

  /// The same with a given source of chance.
  mutating func next(using generator: inout some RandomNumberGenerator) -> TimeAmount {
    let (scaled, overflow) = shortest.multipliedReportingOverflow(by: 1 << min(failureCount, 40))
    failureCount += 1
    let ceiling = overflow ? longest : min(scaled, longest)
    return .nanoseconds(Int64.random(in: (ceiling / 2)...ceiling, using: &generator))
  }
}
