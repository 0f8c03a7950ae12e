internal import DispatchCore
internal import DispatchState
internal import PostgresClient

extension DriverStatus {
  /// The columns that `init(row:)` reads, in their order.
  static let columns = "driver_id, region, vehicle_class, activity, offer_id, ride_id, version, since"

  init(row: PostgresRow) throws {
    var columns = ColumnReader(row)
    self.init(
      driver: try columns.id(), region: try columns.id(), vehicleClass: try columns.vehicleClass(),
      activity: try DriverActivity(
        name: try columns.text(), offer: try columns.optionalID(), ride: try columns.optionalID()),
      version: try columns.int64(), since: try columns.time())
  }
}

extension DriverActivity {
  init(name: String, offer: OfferID?, ride: RideID?) throws {
    switch (name, offer, ride) {
    case ("offline", nil, nil): self = .offline
    case ("idle", nil, nil): self = .idle
    case ("offered", let offer?, nil): self = .offered(offer)
    case ("busy", nil, let ride?): self = .busy(ride)
    default: throw StateError.corrupt("an unknown driver activity")
    }
  }

  /// The offer that reserves the driver, or the ride that keeps them busy.
  var cause: String? {
    switch self {
    case .offline, .idle: nil
    case .offered(let offer): offer.text
    case .busy(let ride): ride.text
    }
  }
}
