/// Where a trip file keeps what a trip needs, found by the many names that publishers gave the same column.
package struct TripColumns: Equatable, Sendable {
  /// How times are written.
  package enum TimeForm: Equatable, Sendable {
    /// Seconds since 1970.
    case unixSeconds
    /// Local wall time.
    case localText
  }

  package var pickupTime: Int
  package var dropoffTime: Int?
  /// The pickup time a second time as local text, from which the zone is learned; nil where there is none.
  package var pickupLocal: Int?
  package var pickupLatitude: Int
  package var pickupLongitude: Int
  package var dropoffLatitude: Int
  package var dropoffLongitude: Int
  /// The column that marks plausible trips with 1; nil where there is none.
  package var clean: Int?
  package var timeForm: TimeForm

  private static let unixPickup = ["pickup_t"]
  private static let unixDropoff = ["dropoff_t"]
  private static let textPickup = [
    "pickup_datetime", "trip_pickup_datetime", "tpep_pickup_datetime", "lpep_pickup_datetime", "pickup_time", "pickup",
    "pickupdatetime",
  ]
  private static let textDropoff = [
    "dropoff_datetime", "trip_dropoff_datetime", "tpep_dropoff_datetime", "lpep_dropoff_datetime", "dropoff_time",
    "dropoff", "dropoffdatetime",
  ]
  private static let pickupLatitudes = ["pickup_latitude", "start_lat", "pickup_lat", "pu_lat", "pickuplatitude"]
  private static let pickupLongitudes = [
    "pickup_longitude", "start_lon", "pickup_lon", "pu_lon", "pickuplongitude", "start_lng", "pickup_lng",
  ]
  private static let dropoffLatitudes = ["dropoff_latitude", "end_lat", "dropoff_lat", "do_lat", "dropofflatitude"]
  private static let dropoffLongitudes = [
    "dropoff_longitude", "end_lon", "dropoff_lon", "do_lon", "dropofflongitude", "end_lng", "dropoff_lng",
  ]

  /// Finds the columns in a header.
  /// - Parameters:
  ///   - header: the column names.
  ///   - file: the file's name, for errors.
  /// - Throws: `DatasetError` naming what is missing.
  package init(header: [String], file: String) throws(DatasetError) {
    let names = header.map { $0.lowercased() }
    func find(_ aliases: [String]) -> Int? {
      for alias in aliases {
        if let index = names.firstIndex(of: alias) { return index }
      }
      return nil
    }
    func need(_ aliases: [String], _ what: String) throws(DatasetError) -> Int {
      if let index = find(aliases) { return index }
      let zones = names.contains("pulocationid") ? "; it has zone ids instead of coordinates" : ""
      throw DatasetError(
        file: file, line: 1, column: aliases[0],
        reason: "no column with \(what) (\(aliases.joined(separator: ", "))) in the header\(zones)")
    }
    if let unix = find(Self.unixPickup) {
      timeForm = .unixSeconds
      pickupTime = unix
      dropoffTime = find(Self.unixDropoff)
      pickupLocal = find(["pickup_local"])
    } else {
      timeForm = .localText
      pickupTime = try need(Self.textPickup, "the pickup time")
      dropoffTime = find(Self.textDropoff)
      pickupLocal = nil
    }
    pickupLatitude = try need(Self.pickupLatitudes, "the pickup's latitude")
    pickupLongitude = try need(Self.pickupLongitudes, "the pickup's longitude")
    dropoffLatitude = try need(Self.dropoffLatitudes, "the drop-off's latitude")
    dropoffLongitude = try need(Self.dropoffLongitudes, "the drop-off's longitude")
    clean = find(["clean"])
  }
}
