/// One step of a ride with everything that must become true with it, or not at all.
package struct RideChange: Sendable {
  /// The ride as it is to be.
  package var ride: Ride
  /// The version that the ride must still have.
  package var expectedVersion: Int64
  /// An offer that is made or closed with it.
  package var offer: OfferChange?
  /// What the driver turns to.
  package var driver: DriverChange?
  /// The money that moves with it.
  package var settlement: Settlement?

  package init(ride: Ride, expectedVersion: Int64) {
    self.ride = ride
    self.expectedVersion = expectedVersion
  }
}

/// An offer that is made or closed.
package enum OfferChange: Sendable, Hashable {
  /// The offer is new.
  case make(Offer)
  /// The offer is as it is to be; it must still be open.
  case close(Offer)
}

/// A driver who turns from one activity to another.
package struct DriverChange: Sendable, Hashable {
  package var driver: DriverID
  /// What the driver must be doing.
  package var from: DriverActivity
  /// What the driver does next.
  package var to: DriverActivity
  package var at: Timestamp

  package init(driver: DriverID, from: DriverActivity, to: DriverActivity, at: Timestamp) {
    self.driver = driver
    self.from = from
    self.to = to
    self.at = at
  }
}
