import DispatchCore
import Synchronization

/// The record in this process's memory: the reference for the one in PostgreSQL. Nothing is kept.
package final class MemoryRecord: Sendable {
  struct State {
    var quotes: [QuoteID: Quote] = [:]
    var quoteKeys: [RiderKey: QuoteID] = [:]
    var rides: [RideID: Ride] = [:]
    var rideKeys: [RiderKey: RideID] = [:]
    var usedQuotes: Set<QuoteID> = []
    var offers: [OfferID: Offer] = [:]
    var drivers: [DriverID: DriverStatus] = [:]
    var settlements: [RideID: Settlement] = [:]
    var entries: [String: LedgerEntry] = [:]
    var outbox: [SequencedMessage] = []
    var unpublished: Set<Int64> = []
    var tariffs: [TariffID: Tariff] = [:]
    var history: [RegionID: [Timestamp: [ZoneLoad]]] = [:]
    var clock: ClockSetting?
    var wakeups: [Int: AsyncStream<Void>.Continuation] = [:]
    var nextWakeup = 0
  }

  struct RiderKey: Hashable {
    var rider: RiderID
    var key: String
  }

  let state = Mutex(State())

  package init() {}
}

extension MemoryRecord.State {
  /// Keeps messages; the caller wakes the publishers afterwards.
  mutating func append(_ messages: [OutboxMessage]) {
    for message in messages {
      let sequence = (outbox.last?.sequence ?? 0) + 1
      outbox.append(SequencedMessage(sequence: sequence, message: message))
      unpublished.insert(sequence)
    }
  }

  /// Wakes whoever publishes.
  func wake() {
    for continuation in wakeups.values { continuation.yield() }
  }
}
