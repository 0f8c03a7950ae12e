internal import DispatchCore
internal import PostgresClient

extension Offer {
  /// The columns that `init(columns:)` reads, in their order.
  static let columns = """
    offer.offer_id, offer.ride_id, offer.driver_id, offer.region, offer.pickup_eta_seconds,
    offer.pickup_distance_meters, offer.offered_at, offer.expires_at, offer.state, offer.answered_at
    """

  init(row: PostgresRow) throws {
    var columns = ColumnReader(row)
    try self.init(columns: &columns)
  }

  init(columns: inout ColumnReader) throws {
    self.init(
      id: try columns.id(), ride: try columns.id(), driver: try columns.id(), region: try columns.id(),
      pickupETASeconds: try columns.int(), pickupDistanceMeters: try columns.int(), offeredAt: try columns.time(),
      expiresAt: try columns.time())
    state = try columns.named(OfferState.self)
    answeredAt = try columns.optionalTime()
  }
}
