internal import DispatchCore
internal import Synchronization

/// The quotes that this process kept last: nearly every ride is asked for with one of them. A quote never changes, so what is here is true.
final class RecentQuotes: Sendable {
  /// How many are remembered at most, in two generations of half as many.
  static let limit = 8_192

  private struct State {
    var young: [QuoteID: Quote] = [:]
    var old: [QuoteID: Quote] = [:]
  }

  private let state = Mutex(State())

  /// The quote of that id, where it is remembered.
  func quote(_ id: QuoteID) -> Quote? { state.withLock { $0.young[id] ?? $0.old[id] } }

  /// Remembers a quote that was committed.
  func remember(_ quote: Quote) {
    state.withLock { state in
      if state.young.count >= Self.limit / 2 {
        state.old = state.young
        state.young = [:]
      }
      state.young[quote.id] = quote
    }
  }
}
