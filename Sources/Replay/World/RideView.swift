package import FunctionKit
package import HexGrid

/// What the world needs to know of a ride, as the server tells it.
package struct RideView: Hashable, Sendable {
  package var rideID: String
  package var stage: RideStage
  /// Grows with every change.
  package var version: Int
  /// The rider's id.
  package var rider: String?
  /// The driver's id; nil where there is none yet.
  package var driver: String?
  package var pickup: GeoPoint?
  package var dropoff: GeoPoint?
  /// The latest moment that the ride tells, in milliseconds since 1970.
  package var latestMilliseconds: Int64?
  /// The fare in minor units; nil where it is not told.
  package var fareMinorUnits: Int64?
  /// The fare's currency.
  package var currency: String?

  /// Creates a view.
  package init(
    rideID: String, stage: RideStage, version: Int = 0, rider: String? = nil, driver: String? = nil,
    pickup: GeoPoint? = nil, dropoff: GeoPoint? = nil, latestMilliseconds: Int64? = nil, fareMinorUnits: Int64? = nil,
    currency: String? = nil
  ) {
    self.rideID = rideID
    self.stage = stage
    self.version = version
    self.rider = rider
    self.driver = driver
    self.pickup = pickup
    self.dropoff = dropoff
    self.latestMilliseconds = latestMilliseconds
    self.fareMinorUnits = fareMinorUnits
    self.currency = currency
  }

  /// Reads a ride out of an answer.
  /// - Returns: nil where it is no ride.
  package init?(_ json: JSONValue) {
    guard let rideID = json["rideId"]?.text, let stage = json["state"]?.text.flatMap(RideStage.init(rawValue:)) else {
      return nil
    }
    let moments = ["requestedAt", "acceptedAt", "arrivedAt", "startedAt", "completedAt"]
      .compactMap { json[$0]?.unixMilliseconds }
    self.init(
      rideID: rideID, stage: stage, version: json["version"]?.integer ?? 0, rider: json["rider"]?.text,
      driver: json["driver"]?.text, pickup: json["pickup"].flatMap { GeoPoint(json: $0) },
      dropoff: json["dropoff"].flatMap { GeoPoint(json: $0) }, latestMilliseconds: moments.max(),
      fareMinorUnits: json["fare"]?["minorUnits"]?.integer.map { Int64($0) }, currency: json["fare"]?["currency"]?.text)
  }
}

extension GeoPoint {
  /// Reads a position out of an answer; nil where it is none.
  package init?(json: JSONValue) {
    guard let latitude = json["latitude"]?.double ?? json["lat"]?.double,
      let longitude = json["longitude"]?.double ?? json["lng"]?.double ?? json["lon"]?.double
    else { return nil }
    self.init(latitude: latitude, longitude: longitude)
    guard isValid else { return nil }
  }
}

extension JSONWriter {
  /// Writes a position.
  package mutating func member(_ name: StaticString, _ place: GeoPoint) {
    key(name)
    object { json in
      json.member("latitude", place.latitude)
      json.member("longitude", place.longitude)
    }
  }
}
