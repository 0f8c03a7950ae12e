package import DispatchCore
package import DispatchState
import HexGrid

/// Travel times from a routing engine; where it has no answer, from elsewhere.
///
/// A drive falls back where the engine fails, is left alone, does not answer in time, knows no way, or is asked for a drive that is
/// none of a city's. A caller is thus never worse off than without an engine, but for the time that the deadline allows.
package struct RoutedTravelTimes: TravelTimes {
  /// Longer drives are not asked for, in metres of straight line: engines refuse a whole table for one of them.
  package static let farthestMeters = 150_000.0

  /// What of the engine's answers is taken.
  package enum Use: Sendable, Hashable {
    /// Distances, and times multiplied by this: engines without traffic reckon with empty streets.
    case times(factor: Double)
    /// Distances alone; times come from elsewhere even so.
    case distances
  }

  private let client: RoutingClient
  private let fallback: any TravelTimes
  private let use: Use

  /// - Parameters:
  ///   - client: the engine's client.
  ///   - fallback: what is asked where the engine has no answer.
  ///   - use: what of the engine's answers is taken.
  package init(client: RoutingClient, fallback: any TravelTimes, use: Use = .times(factor: 1)) {
    self.client = client
    self.fallback = fallback
    self.use = use
  }

  package var knowsRoads: Bool { true }

  package func estimates(
    for queries: [DriveQuery], at time: Timestamp, in region: RegionID
  ) async throws -> [[DriveEstimate?]] {
    var results: [[DriveEstimate?]] = queries.map { query in query.origins.map { _ in nil } }
    let asked = queries.map { query in query.origins.indices.filter { Self.isAsked(query, $0) } }
    let answers = await client.estimates(for: Self.selection(of: queries, asked))
    for (index, answer) in answers.enumerated() {
      guard case .success(let estimates) = answer else { continue }
      for (origin, estimate) in zip(asked[index], estimates) { results[index][origin] = estimate }
    }
    return switch use {
    case .times(let factor): try await filled(results.map { Self.slowed($0, by: factor) }, queries, time, region)
    case .distances: try await timed(results, queries, time, region)
    }
  }

  private static func slowed(_ estimates: [DriveEstimate?], by factor: Double) -> [DriveEstimate?] {
    estimates.map { $0.map { DriveEstimate(seconds: $0.seconds * factor, meters: $0.meters) } }
  }

  /// With the times of the fallback; the engine's own where that knows none.
  private func timed(
    _ roads: [[DriveEstimate?]], _ queries: [DriveQuery], _ time: Timestamp, _ region: RegionID
  ) async throws -> [[DriveEstimate?]] {
    let unknown = roads.reduce(0) { $0 + $1.count { $0 == nil } }
    if unknown > 0 { client.noteFallback(of: unknown) }
    let others = try await fallback.estimates(for: queries, at: time, in: region)
    return zip(roads, others).map { roads, others in
      zip(roads, others).map { road, other in
        other.map { DriveEstimate(seconds: $0.seconds, meters: road?.meters ?? $0.meters) } ?? road
      }
    }
  }

  /// With what the fallback knows of drives that nothing is known of.
  private func filled(
    _ roads: [[DriveEstimate?]], _ queries: [DriveQuery], _ time: Timestamp, _ region: RegionID
  ) async throws -> [[DriveEstimate?]] {
    var results = roads
    let missing = results.map { row in row.indices.filter { row[$0] == nil } }
    let count = missing.reduce(0) { $0 + $1.count }
    guard count > 0 else { return results }
    client.noteFallback(of: count)
    let others = try await fallback.estimates(for: Self.selection(of: queries, missing), at: time, in: region)
    for (index, estimates) in others.enumerated() where index < missing.count {
      for (origin, estimate) in zip(missing[index], estimates) { results[index][origin] = estimate }
    }
    return results
  }

  private static func isAsked(_ query: DriveQuery, _ origin: Int) -> Bool {
    query.origins[origin].isValid && query.destination.isValid
      && query.origins[origin].distanceMeters(to: query.destination) <= farthestMeters
  }

  /// The queries with some of their origins.
  private static func selection(of queries: [DriveQuery], _ origins: [[Int]]) -> [DriveQuery] {
    zip(queries, origins).map { query, chosen in
      DriveQuery(origins: chosen.map { query.origins[$0] }, destination: query.destination)
    }
  }
}
