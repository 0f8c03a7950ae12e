import DispatchCore
import DispatchState
import HexGrid
import Synchronization

/// Reads what the zones of a region are about to ask for: from the model where there is one, else from what they asked for lately.
///
/// Read once a minute and kept meanwhile: it follows from the minute alone.
struct OutlookReader: Sendable {
  private struct Entry: Sendable {
    var minute: Int64
    var outlook: ZoneOutlook
  }

  private final class Cache: Sendable {
    let entries = Mutex<[RegionID: Entry]>([:])
  }

  /// How far back requests count where there is no model, in seconds.
  static let memorySeconds = 900

  let rides: any RideStore
  let models: any ModelSource
  let horizonSeconds: Int
  private let cache = Cache()

  init(rides: any RideStore, models: any ModelSource, horizonSeconds: Int) {
    self.rides = rides
    self.models = models
    self.horizonSeconds = horizonSeconds
  }

  func read(_ region: RegionID, now: Timestamp) async throws -> ZoneOutlook {
    let minute = now.unixMilliseconds / 60_000
    if let entry = cache.entries.withLock({ $0[region] }), entry.minute == minute { return entry.outlook }
    let start = Timestamp(unixMilliseconds: minute * 60_000)
    let outlook: ZoneOutlook
    if let model = try await models.model(for: region)?.city.requests {
      let expected = model.expected(from: start, seconds: horizonSeconds)
      outlook = ZoneOutlook(
        zip(model.zones, expected).map { (cell: $0, requests: $1) }, horizonSeconds: horizonSeconds)
    } else {
      let seen = try await rides.demand(
        in: region, demandSince: start.advanced(bySeconds: -Self.memorySeconds), completedSince: start)
      let part = Double(horizonSeconds) / Double(Self.memorySeconds)
      outlook = ZoneOutlook(
        seen.map { (cell: $0.cell, requests: Double($0.demand) * part) }, horizonSeconds: horizonSeconds)
    }
    cache.entries.withLock { $0[region] = Entry(minute: minute, outlook: outlook) }
    return outlook
  }
}
