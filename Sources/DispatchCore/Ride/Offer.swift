/// A ride put to one driver, who has it for himself until it expires.
package struct Offer: Sendable, Hashable {
  package var id: OfferID
  package var ride: RideID
  package var driver: DriverID
  package var region: RegionID
  package var state: OfferState
  package var pickupETASeconds: Int
  package var pickupDistanceMeters: Int
  package var offeredAt: Timestamp
  package var expiresAt: Timestamp
  package var answeredAt: Timestamp?

  package init(
    id: OfferID, ride: RideID, driver: DriverID, region: RegionID, pickupETASeconds: Int, pickupDistanceMeters: Int,
    offeredAt: Timestamp, expiresAt: Timestamp
  ) {
    self.id = id
    self.ride = ride
    self.driver = driver
    self.region = region
    state = .open
    self.pickupETASeconds = pickupETASeconds
    self.pickupDistanceMeters = pickupDistanceMeters
    self.offeredAt = offeredAt
    self.expiresAt = expiresAt
  }
}

/// Where an offer stands.
package enum OfferState: String, Sendable, CaseIterable, Hashable {
  case open
  case accepted
  case declined
  case expired
  case withdrawn
}
