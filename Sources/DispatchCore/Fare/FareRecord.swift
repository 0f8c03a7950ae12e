/// One recorded taxi trip with everything that was charged, as New York publishes them.
package struct FareRecord: Sendable, Hashable {
  /// Pickup and dropoff by local clocks.
  package var pickupTime: LocalMoment
  package var dropoffTime: LocalMoment
  package var pickup: FarePlace
  package var dropoff: FarePlace
  /// Metered way, in micrometres.
  package var micrometers: Int64
  /// 1 is the standard rate, 2 a flat rate.
  package var rateCode: Int
  /// Whether the columns of this vendor's rows add up.
  package var isReliable: Bool
  // All in minor units.
  package var fare: Int64
  package var extra: Int64
  package var mtaTax: Int64
  package var tip: Int64
  package var tolls: Int64
  /// Nil where the columns have none.
  package var improvement: Int64?
  package var congestion: Int64?
  package var total: Int64

  package init(
    pickupTime: LocalMoment, dropoffTime: LocalMoment, pickup: FarePlace, dropoff: FarePlace, micrometers: Int64,
    rateCode: Int, isReliable: Bool, fare: Int64, extra: Int64, mtaTax: Int64, tip: Int64, tolls: Int64,
    improvement: Int64?, congestion: Int64?, total: Int64
  ) {
    self.pickupTime = pickupTime
    self.dropoffTime = dropoffTime
    self.pickup = pickup
    self.dropoff = dropoff
    self.micrometers = micrometers
    self.rateCode = rateCode
    self.isReliable = isReliable
    self.fare = fare
    self.extra = extra
    self.mtaTax = mtaTax
    self.tip = tip
    self.tolls = tolls
    self.improvement = improvement
    self.congestion = congestion
    self.total = total
  }
}
