/// A rider and a driver who must not meet again.
package struct BlockedPair: Sendable, Hashable {
  package var rider: RiderID
  package var driver: DriverID

  package init(rider: RiderID, driver: DriverID) {
    self.rider = rider
    self.driver = driver
  }
}
