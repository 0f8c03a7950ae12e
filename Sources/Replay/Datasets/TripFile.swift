import HexGrid

/// A file of recorded trips, read whole.
package struct TripFile: Sendable {
  /// The trips that were taken, by pickup time and then in the file's order.
  package var trips: [RecordedTrip]
  /// What became of the rows.
  package var rows: DatasetRows
  /// The city's local time.
  package var zone: CityTimeZone

  /// Reads a file: cabspotting-style trips (Unix seconds) or New York trip records (local times), plain or packed.
  ///
  /// Blocks while it reads, so call it off the cooperative pool. Only rows with `clean` 1 are taken where there is such a
  /// column. Rows that can't be read are counted, with the first reason.
  /// - Parameters:
  ///   - path: the file.
  ///   - zone: the zone of its local times; nil takes the one that the file shows, or else New York's.
  /// - Throws: `DatasetError` where the header lacks a column or no row can be used.
  package static func read(path: String, zone: CityTimeZone? = nil) throws(DatasetError) -> TripFile {
    try parse(file: path, bytes: DatasetBytes.read(path: path), zone: zone)
  }

  /// Reads a file's bytes.
  package static func parse(file: String, bytes: [UInt8], zone: CityTimeZone? = nil) throws(DatasetError) -> TripFile {
    var table = try CSVTable(file: file, bytes: bytes)
    let columns = try TripColumns(header: table.header, file: file)
    var cityZone = zone ?? (columns.timeForm == .localText ? .newYork : .sanFrancisco)
    var zoneKnown = zone != nil || columns.pickupLocal == nil
    var rows = DatasetRows()
    var trips: [RecordedTrip] = []
    while table.nextRow() {
      rows.read += 1
      do throws(DatasetError) {
        if let clean = columns.clean {
          guard let flag = table.integer(clean) else { throw table.error(column: clean, expected: "0 or 1") }
          if flag != 1 {
            rows.unclean += 1
            continue
          }
        }
        let trip = try Self.trip(in: table, columns: columns, zone: cityZone)
        if !zoneKnown, let local = columns.pickupLocal, let wall = table.civilSeconds(local) {
          cityZone = .fixed(wall - trip.pickupMilliseconds / 1_000)
          zoneKnown = true
        }
        trips.append(trip)
      } catch {
        rows.noteBad(error)
      }
    }
    rows.taken = trips.count
    guard !trips.isEmpty else {
      throw rows.firstBad ?? DatasetError(file: file, reason: "has no trip that can be used")
    }
    return TripFile(trips: sorted(trips), rows: rows, zone: cityZone)
  }

  private static func trip(in table: CSVTable, columns: TripColumns, zone: CityTimeZone) throws(DatasetError)
    -> RecordedTrip
  {
    let pickupTime = try time(in: table, column: columns.pickupTime, form: columns.timeForm, zone: zone)
    var dropoffTime: Int64?
    if let column = columns.dropoffTime {
      let moment = try time(in: table, column: column, form: columns.timeForm, zone: zone)
      guard moment >= pickupTime else { throw table.error(column: column, expected: "a time after the pickup") }
      guard moment - pickupTime <= 86_400_000 else {
        throw table.error(column: column, expected: "a time within a day of the pickup")
      }
      dropoffTime = moment
    }
    return RecordedTrip(
      pickupMilliseconds: pickupTime,
      dropoffMilliseconds: dropoffTime,
      pickup: try table.place(latitude: columns.pickupLatitude, longitude: columns.pickupLongitude),
      dropoff: try table.place(latitude: columns.dropoffLatitude, longitude: columns.dropoffLongitude))
  }

  private static func time(in table: CSVTable, column: Int, form: TripColumns.TimeForm, zone: CityTimeZone)
    throws(DatasetError) -> Int64
  {
    switch form {
    case .unixSeconds:
      guard let seconds = table.integer(column), (0...4_102_444_800).contains(seconds) else {
        throw table.error(column: column, expected: "a time in seconds since 1970")
      }
      return seconds * 1_000
    case .localText:
      guard let wall = table.civilSeconds(column) else {
        throw table.error(column: column, expected: "a time like 2013-11-18 16:00:00")
      }
      return zone.unixSeconds(fromLocal: wall) * 1_000
    }
  }

  private static func sorted(_ trips: [RecordedTrip]) -> [RecordedTrip] {
    let order = trips.indices.sorted {
      (trips[$0].pickupMilliseconds, $0) < (trips[$1].pickupMilliseconds, $1)
    }
    return order.map { trips[$0] }
  }
}

extension CSVTable {
  /// A position from two columns of the present row; nought, nought (which stands for "unknown" in such files) is bad.
  func place(latitude: Int, longitude: Int) throws(DatasetError) -> GeoPoint {
    guard let north = decimal(latitude), (-90...90).contains(north) else {
      throw error(column: latitude, expected: "degrees from -90 to 90")
    }
    guard let east = decimal(longitude), (-180...180).contains(east) else {
      throw error(column: longitude, expected: "degrees from -180 to 180")
    }
    guard north != 0 || east != 0 else { throw error(column: latitude, expected: "a known position") }
    return GeoPoint(latitude: north, longitude: east)
  }
}
