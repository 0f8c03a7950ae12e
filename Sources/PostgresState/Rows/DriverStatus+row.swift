internal import DispatchCore
internal import DispatchState
internal import PostgresClient

extension DriverStatus {
  /// The columns that `init(row:)` reads, in their order.
  static let columns = """
    driver.driver_id, driver.region, driver.vehicle_class, \(DriverActivity.columns), driver.version, driver.since
    """

  init(row: PostgresRow) throws {
    var columns = ColumnReader(row)
    self.init(
      driver: try columns.id(), region: try columns.id(), vehicleClass: try columns.vehicleClass(),
      activity: try ColumnReader.known(try columns.activity(), "driver activity"), version: try columns.int64(),
      since: try columns.time())
  }
}

extension Assignment {
  /// Reads the columns of a ride and of its driver's activity.
  init(columns: inout ColumnReader) throws {
    self.init(ride: try Ride(columns: &columns), activity: try columns.activity())
  }
}

extension DriverActivity {
  /// The columns that `ColumnReader.activity()` reads, in their order.
  static let columns = "driver.activity, driver.offer_id, driver.ride_id, driver.next_ride_id"
}

extension ColumnReader {
  /// Reads what a driver is doing; nil where there is no driver.
  mutating func activity() throws -> DriverActivity? {
    let name = try optionalText()
    let offer: OfferID? = try optionalID()
    let ride: RideID? = try optionalID()
    let nextRide: RideID? = try optionalID()
    return switch (name, ride, offer, nextRide) {
    case (nil, _, _, _): nil
    case ("offline", nil, nil, nil): .offline
    case ("idle", nil, nil, nil): .idle
    case ("offered", nil, let offer?, nil): .offered(offer)
    case ("busy", let ride?, nil, nil): .busy(ride)
    case ("busy", let ride?, let offer?, nil): .busy(ride, next: .offered(offer))
    case ("busy", let ride?, nil, let next?): .busy(ride, next: .ride(next))
    default: throw StateError.corrupt("an unknown driver activity")
    }
  }
}
