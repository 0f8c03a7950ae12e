import DispatchCore
import Replay

extension CompletedTrip {
  /// A recorded trip; nil where the file does not tell its end.
  init?(_ trip: RecordedTrip) {
    guard let end = trip.dropoffMilliseconds else { return nil }
    self.init(
      pickup: trip.pickup, dropoff: trip.dropoff, pickupTime: Timestamp(unixMilliseconds: trip.pickupMilliseconds),
      dropoffTime: Timestamp(unixMilliseconds: end))
  }
}
