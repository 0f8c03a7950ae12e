package import DispatchCore
package import DispatchState
import Synchronization

/// Versions of tariffs by their id: they never change, so each is read once.
package final class TariffCache: Sendable {
  /// How many are kept; beyond it all are forgotten, which costs a read each.
  static let limit = 1_000

  private let store: any TariffStore
  private let known = Mutex<[TariffID: Tariff]>([:])

  package init(_ store: any TariffStore) { self.store = store }

  /// The version of that id.
  package func tariff(_ id: TariffID) async throws -> Tariff? {
    if let tariff = known.withLock({ $0[id] }) { return tariff }
    guard let tariff = try await store.tariff(id) else { return nil }
    known.withLock { known in
      if known.count >= Self.limit { known.removeAll() }
      known[id] = tariff
    }
    return tariff
  }
}
