package import FunctionKit
package import HexGrid

/// An offer as a driver's feed tells it.
package struct OfferView: Hashable, Sendable {
  package var offerID: String
  package var rideID: String
  package var pickup: GeoPoint
  package var dropoff: GeoPoint

  /// Creates a view.
  package init(offerID: String, rideID: String, pickup: GeoPoint, dropoff: GeoPoint) {
    self.offerID = offerID
    self.rideID = rideID
    self.pickup = pickup
    self.dropoff = dropoff
  }

  /// Reads an offer out of an event.
  /// - Returns: nil where it is none.
  package init?(_ json: JSONValue) {
    guard let offerID = json["offerId"]?.text, let rideID = json["rideId"]?.text,
      let pickup = json["pickup"].flatMap({ GeoPoint(json: $0) }),
      let dropoff = json["dropoff"].flatMap({ GeoPoint(json: $0) })
    else { return nil }
    self.init(offerID: offerID, rideID: rideID, pickup: pickup, dropoff: dropoff)
  }
}
