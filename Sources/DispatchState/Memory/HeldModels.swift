package import DispatchCore
import Synchronization

/// Models in this process's memory: whoever trains or reads one puts it here, and what runs takes it up.
package final class HeldModels: ModelSource {
  private let models = Mutex<[RegionID: LiveModel]>([:])

  package init() {}

  /// Makes a model live.
  /// - Parameters:
  ///   - model: the model; nil takes the present one away.
  ///   - region: what it was learned of.
  package func put(_ model: LiveModel?, for region: RegionID) {
    models.withLock { $0[region] = model }
  }

  package func model(for region: RegionID) async throws -> LiveModel? {
    models.withLock { $0[region] }
  }
}
