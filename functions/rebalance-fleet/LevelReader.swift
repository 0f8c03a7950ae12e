import DispatchCore
import DispatchState
import HexGrid

/// Reads how busy a region is.
struct LevelReader: Sendable {
  /// A half of a span in which nothing was seen although so many requests were expected was not watched.
  static let missedRequests = 20.0
  /// The shortest span looked at, in seconds.
  static let shortestSeconds = DemandLevel.windowSeconds / 8

  let rides: any RideStore

  /// The level of the last hour, or of as much of it as was watched: a server that has just begun has seen less.
  func read(_ region: RegionID, _ model: DemandModel, now: Timestamp) async throws -> DemandLevel {
    var seconds = DemandLevel.windowSeconds
    var seen = try await seen(region, now, seconds)
    while seconds > Self.shortestSeconds {
      let half = try await self.seen(region, now, seconds / 2)
      let older = seen.values.reduce(0, +) - half.values.reduce(0, +)
      let expected = model.expectedTotal(from: now.advanced(bySeconds: -seconds), seconds: seconds / 2)
      guard older == 0, expected >= Self.missedRequests else { break }
      seconds /= 2
      seen = half
    }
    return DemandLevel(seen: seen, model: model, until: now, seconds: seconds)
  }

  private func seen(_ region: RegionID, _ now: Timestamp, _ seconds: Int) async throws -> [HexCell: Int] {
    let demand = try await rides.demand(
      in: region, demandSince: now.advanced(bySeconds: -seconds), completedSince: now)
    return Dictionary(demand.map { ($0.cell, $0.demand) }, uniquingKeysWith: +)
  }
}
