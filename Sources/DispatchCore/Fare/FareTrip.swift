package import HexGrid

/// What a fare is computed from.
package struct FareTrip: Sendable, Hashable {
  /// When it begins; windows and dates are judged by it.
  package var start: Timestamp
  package var pickup: FarePlace
  package var dropoff: FarePlace
  /// The way, in micrometres.
  package var micrometers: Int64
  /// The time aboard, in milliseconds.
  package var milliseconds: Int64
  /// What a taximeter counted; nil estimates it from way and time.
  package var reading: MeterReading?
  /// Waiting at the pickup, the free part included.
  package var waitingMilliseconds: Int64 = 0
  package var surgeTenths = 10
  /// Stops that were added.
  package var stops: Int64 = 0
  /// Tolls that the driver laid out, in minor units; nil takes those of the tariff.
  package var tollMinorUnits: Int64?
  package var tipMinorUnits: Int64 = 0
  /// Prices by distance and time even where a flat rate would be.
  package var isStandardRate = false
  /// The code of a promotion.
  package var promotion: String?

  package init(start: Timestamp, pickup: FarePlace, dropoff: FarePlace, micrometers: Int64, milliseconds: Int64) {
    self.start = start
    self.pickup = pickup
    self.dropoff = dropoff
    self.micrometers = min(max(micrometers, 0), FareUnits.maximumMicrometers)
    self.milliseconds = min(max(milliseconds, 0), FareUnits.maximumMilliseconds)
  }

  /// A ride between two positions.
  package init(from pickup: GeoPoint, to dropoff: GeoPoint, at start: Timestamp, meters: Int, seconds: Int) {
    self.init(
      start: start, pickup: FarePlace(point: pickup), dropoff: FarePlace(point: dropoff),
      micrometers: Int64(min(max(meters, 0), 2_000_000)) * 1_000_000,
      milliseconds: Int64(min(max(seconds, 0), 7 * 86_400)) * 1_000)
  }
}

/// What a taximeter counted: distance while fast, time while slow.
package struct MeterReading: Sendable, Hashable {
  package var fastMicrometers: Int64
  package var slowMilliseconds: Int64

  package init(fastMicrometers: Int64, slowMilliseconds: Int64) {
    self.fastMicrometers = fastMicrometers
    self.slowMilliseconds = slowMilliseconds
  }
}
