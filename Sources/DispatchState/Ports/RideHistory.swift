package import DispatchCore
import HexGrid

/// What happened in a region, to learn from: read in pages, so that no reader holds all of it at once.
package protocol RideHistory: Sendable {
  /// When the first ride on record was requested; nil where there is none.
  func firstRequest(in region: RegionID) async throws -> Timestamp?

  /// Rides by request, newest first.
  /// - Parameters:
  ///   - region: the market.
  ///   - from: rides requested earlier are left out.
  ///   - page: where the page begins.
  ///   - limit: at most so many.
  func pastRides(
    in region: RegionID, from: Timestamp, _ page: PastRidePage, limit: Int
  ) async throws -> [PastRide]

  /// Requests by zone and interval of 15 minutes as the zones' history has them, by time and zone.
  /// - Parameters:
  ///   - region: the market.
  ///   - span: intervals that lie within it.
  ///   - last: the last count of the page before; nil begins.
  ///   - limit: at most so many.
  func pastDemand(
    in region: RegionID, within span: Range<Timestamp>, after last: PastDemand?, limit: Int
  ) async throws -> [PastDemand]
}

/// Where a page of past rides begins.
package enum PastRidePage: Sendable, Hashable {
  /// With the newest ride that was requested before a moment.
  case before(Timestamp)
  /// After the last ride of the page before.
  case after(PastRide)
}
