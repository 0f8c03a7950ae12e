package import HexGrid

/// What can be seen of a driver at a moment.
package struct DriverView: Equatable, Sendable {
  /// What a driver does, as far as it shows.
  package enum Occupation: Sendable, CaseIterable {
    case off, parked, repositioning, toPickup, withRider
  }

  package var occupation: Occupation
  /// Where.
  package var place: GeoPoint
  /// Since when the driver has been standing or driving, in milliseconds since 1970.
  package var since: Int64
}

extension World {
  /// What can be seen of a driver now.
  package func view(ofDriver driver: Int) -> DriverView {
    let state = drivers[driver]
    return DriverView(
      occupation: occupation(ofDriver: driver), place: state.leg.place(at: now), since: state.leg.departs)
  }

  /// What a driver does now.
  package func occupation(ofDriver driver: Int) -> DriverView.Occupation {
    guard drivers[driver].shift == .on || drivers[driver].shift == .ending else { return .off }
    switch drivers[driver].duty {
    case .idle: return .parked
    case .repositioning: return .repositioning
    case .toPickup, .arriving, .boarding: return .toPickup
    case .starting, .toDropoff, .completing: return .withRider
    }
  }

  /// The request that a ride came of; nil where it is not known.
  package func request(ofRide rideID: String) -> Int? { requestOfRide[rideID] }

  /// Seconds from each request to the arrival of a driver, by request; nil where the rider was not served.
  package var waits: [Double?] {
    riders.indices.map { request in
      guard let ride = riders[request].ride, ride.stage.isServed, let arrival = arrivals[ride.rideID] else {
        return nil
      }
      return Double(arrival - scenario.requests[request].unixMilliseconds) / 1_000
    }
  }
}
