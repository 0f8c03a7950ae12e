package import DispatchCore
import Synchronization

/// The models of a store: each is read once, and again when another version comes into use.
///
/// Which version is in use is looked up whenever a model is asked for, at most once per `lookEvery`: so every instance takes a new
/// version up within that time and the next use, without being told. While the store cannot be reached, what was read last goes on.
package final class StoredModels: ModelSource {
  private struct Entry {
    var use: ModelUse
    var model: LiveModel?
    var lookedAt: ContinuousClock.Instant
  }

  private let store: any ModelStore
  private let workbench: any Workbench
  private let lookEvery: Duration
  private let entries = Mutex<[RegionID: Entry]>([:])

  /// - Parameters:
  ///   - store: where the versions are.
  ///   - workbench: where texts are read.
  ///   - lookEvery: how long what was looked up holds.
  package init(store: any ModelStore, workbench: any Workbench, lookEvery: Duration = .seconds(1)) {
    self.store = store
    self.workbench = workbench
    self.lookEvery = lookEvery
  }

  package func model(for region: RegionID) async throws -> LiveModel? {
    let now = ContinuousClock.now
    let known = entries.withLock { $0[region] }
    if let known, known.lookedAt + lookEvery > now { return known.model }
    do {
      let use = try await store.modelUse(in: region)
      var entry = Entry(use: use, model: known?.model, lookedAt: now)
      if known == nil || known?.use != use { entry.model = try await load(use) }
      return keep(entry, for: region)
    } catch let error as StateError {
      guard var known else { throw error }
      // The next look comes as soon as after a success, not with each call.
      known.lookedAt = now
      return keep(known, for: region)
    }
  }

  /// Keeps what was looked up, unless somebody has looked later.
  private func keep(_ entry: Entry, for region: RegionID) -> LiveModel? {
    entries.withLock { entries in
      if let other = entries[region], other.use.revision > entry.use.revision { return other.model }
      entries[region] = entry
      return entry.model
    }
  }

  private func load(_ use: ModelUse) async throws -> LiveModel? {
    guard let live = use.live else { return nil }
    let city = try await read(live, use.region)
    guard let candidate = use.candidate else { return LiveModel(version: "\(live)", city: city) }
    let share = use.candidateSharePercent
    let other = try await read(candidate, use.region)
    let mixed = try await workbench.run { city.blended(with: other, sharePercent: share) }
    return LiveModel(version: "\(live)+\(candidate)@\(share)", city: mixed)
  }

  private func read(_ number: Int, _ region: RegionID) async throws -> CityModel {
    guard let text = try await store.modelText(number, in: region) else {
      throw StateError.corrupt("there is no model \(number) of \(region)")
    }
    return try await workbench.run {
      do {
        return try CityModel(text: text)
      } catch let error as ModelTextError {
        throw StateError.corrupt("model \(number) of \(region): \(error)")
      }
    }
  }
}
