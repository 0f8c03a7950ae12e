package import DispatchCore
internal import HexGrid

/// Reads recorded taxi fares in the two forms of the New York records: with coordinates (`pickup`, `pu_lat`, …) and with zones
/// (`lpep_pickup_datetime` or `tpep_pickup_datetime`, `PULocationID`, …).
package enum FareFile {
  private struct Columns {
    var pickup, dropoff, distance, rate, fare, extra, tax, tip, tolls, total: Int
    var improvement, congestion, vendor: Int?
    var points: [Int]?
    var zones: [Int]?
  }

  /// Reads a file, plain or gzip; blocks.
  /// - Parameters:
  ///   - path: the file.
  ///   - body: is given each row; nil for one that cannot be read.
  /// - Throws: `DatasetError` where the file or a column is missing.
  package static func read(path: String, _ body: (FareRecord?) -> Void) throws(DatasetError) {
    var table = try CSVTable(file: path, bytes: try DatasetBytes.read(path: path))
    let columns = try columns(of: table)
    while table.nextRow() { body(record(table, columns)) }
  }

  private static func columns(of table: CSVTable) throws(DatasetError) -> Columns {
    func optional(_ names: String...) -> Int? { names.lazy.compactMap { table.header.firstIndex(of: $0) }.first }
    func column(_ names: [String]) throws(DatasetError) -> Int {
      for name in names { if let index = table.header.firstIndex(of: name) { return index } }
      throw DatasetError(file: table.file, line: 1, reason: "has no column \(names.joined(separator: " or "))")
    }
    let points = ["pu_lat", "pu_lon", "do_lat", "do_lon"].compactMap { table.header.firstIndex(of: $0) }
    let zones = ["PULocationID", "DOLocationID"].compactMap { table.header.firstIndex(of: $0) }
    return Columns(
      pickup: try column(["pickup", "lpep_pickup_datetime", "tpep_pickup_datetime"]),
      dropoff: try column(["dropoff", "lpep_dropoff_datetime", "tpep_dropoff_datetime"]),
      distance: try column(["trip_distance"]), rate: try column(["rate_code", "RatecodeID"]),
      fare: try column(["fare_amount"]), extra: try column(["extra"]), tax: try column(["mta_tax"]),
      tip: try column(["tip_amount"]), tolls: try column(["tolls_amount"]), total: try column(["total_amount"]),
      improvement: optional("improvement_surcharge"), congestion: optional("congestion_surcharge"),
      // In the form with zones only one vendor's columns add up.
      vendor: zones.count == 2 ? optional("VendorID") : nil, points: points.count == 4 ? points : nil,
      zones: zones.count == 2 ? zones : nil)
  }

  private static func record(_ table: CSVTable, _ columns: Columns) -> FareRecord? {
    func cents(_ column: Int) -> Int64? {
      guard let number = FixedDecimal(table.text(column)) else { return nil }
      // Binary fractions that were written out, such as 12.799999.
      let half: Int64 = number.millionths < 0 ? -5_000 : 5_000
      return (number.millionths + half) / 10_000
    }
    func optionalCents(_ column: Int?) -> Int64? { column.flatMap { cents($0) } }
    guard let pickup = LocalMoment(table.text(columns.pickup)), let dropoff = LocalMoment(table.text(columns.dropoff)),
      let miles = FixedDecimal(table.text(columns.distance)), let fare = cents(columns.fare),
      let total = cents(columns.total), let rate = table.decimal(columns.rate).flatMap({ Int(exactly: $0) })
    else { return nil }
    return FareRecord(
      pickupTime: pickup, dropoffTime: dropoff, pickup: place(table, columns, isPickup: true),
      dropoff: place(table, columns, isPickup: false),
      micrometers: Int64(clamping: Int128(miles.millionths) * Int128(FareUnits.mileMicrometers) / 1_000_000),
      rateCode: rate, isReliable: columns.vendor.map { table.text($0) == "2" } ?? true, fare: fare,
      extra: cents(columns.extra) ?? 0, mtaTax: cents(columns.tax) ?? 0, tip: cents(columns.tip) ?? 0,
      tolls: cents(columns.tolls) ?? 0, improvement: optionalCents(columns.improvement),
      congestion: optionalCents(columns.congestion), total: total)
  }

  private static func place(_ table: CSVTable, _ columns: Columns, isPickup: Bool) -> FarePlace {
    var place = FarePlace()
    if let zones = columns.zones { place.zone = table.text(zones[isPickup ? 0 : 1]) }
    if let points = columns.points, let latitude = table.decimal(points[isPickup ? 0 : 2]),
      let longitude = table.decimal(points[isPickup ? 1 : 3]), latitude != 0 || longitude != 0
    {
      place.point = GeoPoint(validatingLatitude: latitude, longitude: longitude)
    }
    return place
  }
}
