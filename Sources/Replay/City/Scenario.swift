package import HexGrid

/// A city day ready to be played: who wants to go where and when, who drives, and how fast the city moves.
///
/// The HTTP replay and the simulation in virtual time play the same scenarios.
package struct Scenario: Sendable {
  /// One request for a ride.
  package struct Request: Hashable, Sendable {
    /// When the rider asks, in milliseconds since 1970.
    package var unixMilliseconds: Int64
    /// Where the rider waits.
    package var pickup: GeoPoint
    /// Where the rider wants to go.
    package var dropoff: GeoPoint
    /// How long the ride takes; nil leaves it to the travel time.
    package var rideMilliseconds: Int64?

    /// Creates a request.
    package init(unixMilliseconds: Int64, pickup: GeoPoint, dropoff: GeoPoint, rideMilliseconds: Int64?) {
      self.unixMilliseconds = unixMilliseconds
      self.pickup = pickup
      self.dropoff = dropoff
      self.rideMilliseconds = rideMilliseconds
    }
  }

  /// One driver.
  package struct Driver: Hashable, Sendable {
    /// The driver's id.
    package var name: String
    /// Where the shift begins.
    package var start: GeoPoint

    /// Creates a driver.
    package init(name: String, start: GeoPoint) {
      self.name = name
      self.start = start
    }
  }

  /// The requests by time.
  package var requests: [Request]
  /// The drivers.
  package var drivers: [Driver]
  /// When the city starts, in milliseconds since 1970.
  package var startMilliseconds: Int64
  /// When no more requests are made.
  package var endMilliseconds: Int64
  /// How fast the city moves, with its local time.
  package var travelTime: TravelTime
  /// What a person should know about the files: rows left out, cabs chosen.
  package var notes: [String]

  /// Creates a scenario.
  package init(
    requests: [Request], drivers: [Driver], startMilliseconds: Int64, endMilliseconds: Int64, travelTime: TravelTime,
    notes: [String] = []
  ) {
    self.requests = requests
    self.drivers = drivers
    self.startMilliseconds = startMilliseconds
    self.endMilliseconds = endMilliseconds
    self.travelTime = travelTime
    self.notes = notes
  }

  /// The same day at another time, for a server whose clock can't be set.
  /// - Parameter milliseconds: how much later.
  package func shifted(byMilliseconds milliseconds: Int64) -> Scenario {
    var copy = self
    copy.startMilliseconds += milliseconds
    copy.endMilliseconds += milliseconds
    for index in copy.requests.indices { copy.requests[index].unixMilliseconds += milliseconds }
    // The speed stays that of the recorded hour, whatever the clock on the wall says now.
    let whole = CivilTime.floorDivide(milliseconds, 1_000)
    copy.travelTime.zone = .fixed(travelTime.zone.offsetSeconds(at: startMilliseconds / 1_000) - whole)
    return copy
  }
}
