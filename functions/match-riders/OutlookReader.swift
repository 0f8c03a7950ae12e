import DispatchCore
import DispatchState
import HexGrid
import Synchronization

/// Reads what the zones of a region are about to ask for, from the model where there is one, else from what they asked for lately; and
/// how many drivers are busy.
///
/// Read once a minute and kept meanwhile: it follows from the minute alone.
struct OutlookReader: Sendable {
  /// What was read.
  struct Picture: Sendable {
    var outlook: ZoneOutlook
    var busyDrivers: Int
  }

  private struct Entry: Sendable {
    var minute: Int64
    var picture: Picture
  }

  private final class Cache: Sendable {
    let entries = Mutex<[RegionID: Entry]>([:])
  }

  /// How far back requests count where there is no model, in seconds.
  static let memorySeconds = 900

  let rides: any RideStore
  let fleet: any FleetIndex
  let models: any ModelSource
  let horizonSeconds: Int
  private let cache = Cache()

  init(rides: any RideStore, fleet: any FleetIndex, models: any ModelSource, horizonSeconds: Int) {
    self.rides = rides
    self.fleet = fleet
    self.models = models
    self.horizonSeconds = horizonSeconds
  }

  func read(_ region: RegionID, now: Timestamp) async throws -> Picture {
    let minute = now.unixMilliseconds / 60_000
    if let entry = cache.entries.withLock({ $0[region] }), entry.minute == minute { return entry.picture }
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
    let busy = try await fleet.supply(in: region).reduce(0) { $0 + max($1.supply - $1.idle, 0) }
    let picture = Picture(outlook: outlook, busyDrivers: busy)
    cache.entries.withLock { $0[region] = Entry(minute: minute, picture: picture) }
    return picture
  }
}
