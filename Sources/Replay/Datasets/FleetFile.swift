package import HexGrid

/// A file of taxis and where each was at the start: `licence,capacity,start_time,lon,lat`.
package struct FleetFile: Sendable {
  /// The taxis' names.
  package var names: [String]
  /// Where each was.
  package var places: [GeoPoint]
  /// What became of the rows.
  package var rows: DatasetRows

  /// Reads a file, plain or packed; blocks, so call it off the cooperative pool.
  /// - Parameter path: the file.
  /// - Throws: `DatasetError` where the header lacks a column or no row can be used.
  package static func read(path: String) throws(DatasetError) -> FleetFile {
    try parse(file: path, bytes: DatasetBytes.read(path: path))
  }

  /// Reads a file's bytes; of a name that comes twice the first row counts.
  package static func parse(file: String, bytes: [UInt8]) throws(DatasetError) -> FleetFile {
    var table = try CSVTable(file: file, bytes: bytes)
    let header = table.header.map { $0.lowercased() }
    guard let name = header.firstIndex(where: { ["licence", "license", "cab", "driver", "medallion"].contains($0) }),
      let latitude = header.firstIndex(where: { ["lat", "latitude"].contains($0) }),
      let longitude = header.firstIndex(where: { ["lon", "lng", "longitude"].contains($0) })
    else {
      throw DatasetError(
        file: file, line: 1,
        reason: "columns licence (or cab, driver, medallion), lat and lon were expected in the header")
    }
    var rows = DatasetRows()
    var fleet = FleetFile(names: [], places: [], rows: rows)
    var seen: Set<String> = []
    while table.nextRow() {
      rows.read += 1
      do throws(DatasetError) {
        let place = try table.place(latitude: latitude, longitude: longitude)
        let spelling = table.text(name)
        guard !spelling.isEmpty, spelling.utf8.count <= 64, seen.insert(spelling).inserted else {
          throw table.error(column: name, expected: "a name of 1 to 64 characters that no row before had")
        }
        fleet.names.append(spelling)
        fleet.places.append(place)
      } catch {
        rows.noteBad(error)
      }
    }
    rows.taken = fleet.names.count
    fleet.rows = rows
    guard !fleet.names.isEmpty else {
      throw rows.firstBad ?? DatasetError(file: file, reason: "has no taxi that can be used")
    }
    return fleet
  }

  /// Whether a file's first line is that of a fleet file and not of pings.
  package static func recognises(header: [String]) -> Bool {
    let names = Set(header.map { $0.lowercased() })
    let timed = !names.isDisjoint(with: ["t", "time", "timestamp"])
    return !timed && !names.isDisjoint(with: ["licence", "license", "medallion"]) && names.contains("lat")
  }
}
