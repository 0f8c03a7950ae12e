import DispatchAPI
import DispatchCore
import FunctionKit

/// The load of zones live: all zones first, then twice a second those that changed.
///
/// All feeds look at the same moments, so they share each count and what is written of it.
struct ZoneFeed: AsyncSequence, Sendable {
  typealias Element = ServerSentEvent
  typealias Failure = any Error

  /// How often it looks, in real time.
  static let period = Duration.milliseconds(500)
  /// How old the count may be that is shown then, in real time.
  static let maximumAge = Duration.milliseconds(100)
  /// From where the moments are counted.
  private static let start = ContinuousClock.now

  let board: ZoneBoard
  let query: ZoneQuery
  let clock: any WallClock

  func makeAsyncIterator() -> Iterator {
    Iterator(feed: self)
  }

  struct Iterator: AsyncIteratorProtocol {
    private let feed: ZoneFeed
    private var known: ZoneView?

    init(feed: ZoneFeed) {
      self.feed = feed
    }

    mutating func next() async throws -> ServerSentEvent? {
      while true {
        if known != nil { try await Task.sleep(until: ZoneFeed.nextMoment, tolerance: .zero, clock: .continuous) }
        let view = try await feed.board.view(
          feed.query, now: Timestamp(unixMilliseconds: feed.clock.now().unixMilliseconds),
          maximumAge: known == nil ? nil : ZoneFeed.maximumAge)
        let former = known
        known = view
        if let former, former === view { continue }
        if let event = await view.changes(since: former) { return event }
      }
    }
  }

  /// The next moment at which everybody looks.
  private static var nextMoment: ContinuousClock.Instant {
    let periods = Int((ContinuousClock.now - start) / period)
    return start + period * (periods + 1)
  }
}
