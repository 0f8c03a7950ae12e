import DispatchCore
import DispatchState

/// Models that a test puts there, and the stored ones where it put none.
struct CityModels: ModelSource {
  let held: HeldModels
  let stored: StoredModels

  func model(for region: RegionID) async throws -> LiveModel? {
    if let model = try await held.model(for: region) { return model }
    return try await stored.model(for: region)
  }
}
