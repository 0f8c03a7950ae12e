extension CancellationRule {
  /// What a ride costs that did not take place.
  /// - Returns: the fee in minor units and the reason; nil for a ride that is under way or took place.
  package func fee(of ride: Ride) -> (minorUnits: Int64, rule: String, reason: String)? {
    switch ride.state {
    case .noShow:
      return (noShowMinorUnits, "cancellation.noShow", "the rider was not there")
    case .cancelledByDriver, .expired, .failed:
      return (0, "cancellation", "not the rider's doing")
    case .cancelledByRider:
      guard ride.driver != nil, let accepted = ride.acceptedAt, let ended = ride.endedAt else {
        return (0, "cancellation", "no driver had taken it")
      }
      let taken = ended.milliseconds(since: accepted)
      if taken <= freeMilliseconds { return (0, "cancellation.free", "within the free time") }
      if let eta = ride.pickupETASeconds {
        let promised = accepted.advanced(bySeconds: eta)
        let late = (ride.arrivedAt ?? ended).milliseconds(since: promised)
        if late > driverLateMilliseconds { return (0, "cancellation.driverLate", "the driver was late") }
      }
      return ride.arrivedAt == nil
        ? (acceptedMinorUnits, "cancellation.accepted", "a driver was on the way")
        : (arrivedMinorUnits, "cancellation.arrived", "the driver was there")
    default: return nil
    }
  }
}
