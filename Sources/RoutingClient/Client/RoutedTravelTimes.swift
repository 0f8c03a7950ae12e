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

  private let client: RoutingClient
  private let fallback: any TravelTimes

  /// - Parameters:
  ///   - client: the engine's client.
  ///   - fallback: what is asked where the engine has no answer.
  package init(client: RoutingClient, fallback: any TravelTimes) {
    self.client = client
    self.fallback = fallback
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
