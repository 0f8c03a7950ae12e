/// A rider of a world: what has become of their request.
struct SimulatedRider: Sendable {
  enum Phase: Sendable {
    /// Has not asked yet.
    case ahead
    /// Has asked; the server has not answered.
    case placing
    /// Has a ride.
    case placed
    /// The request is over.
    case over
  }

  var phase = Phase.ahead
  var ride: RideView?
  /// Whether the patience ended before the server answered.
  var isImpatient = false
  /// Whether the server refused the request, or was never reached.
  var isUnplaced = false
}
