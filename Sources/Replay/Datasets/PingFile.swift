package import HexGrid

/// A file of recorded positions of a fleet, read whole: `t,cab,lat,lon,occ`.
package struct PingFile: Sendable {
  /// The pings in the file's order.
  package var pings: [RecordedPing]
  /// The cabs' names, in the order in which they appear.
  package var cabs: [String]
  /// What became of the rows.
  package var rows: DatasetRows

  /// Creates a file's content.
  package init(pings: [RecordedPing], cabs: [String], rows: DatasetRows) {
    self.pings = pings
    self.cabs = cabs
    self.rows = rows
  }

  /// Reads a file, plain or packed; blocks, so call it off the cooperative pool.
  /// - Parameter path: the file.
  /// - Throws: `DatasetError` where the header lacks a column or no row can be used.
  package static func read(path: String) throws(DatasetError) -> PingFile {
    try parse(file: path, bytes: DatasetBytes.read(path: path))
  }

  /// Reads a file's bytes.
  package static func parse(file: String, bytes: [UInt8]) throws(DatasetError) -> PingFile {
    var table = try CSVTable(file: file, bytes: bytes)
    let names = table.header.map { $0.lowercased() }
    func need(_ aliases: [String], _ what: String) throws(DatasetError) -> Int {
      for alias in aliases {
        if let index = names.firstIndex(of: alias) { return index }
      }
      throw DatasetError(
        file: file, line: 1, column: aliases[0],
        reason: "no column with \(what) (\(aliases.joined(separator: ", "))) in the header")
    }
    let time = try need(["t", "time", "timestamp"], "the time in seconds since 1970")
    let cab = try need(["cab", "driver", "vehicle", "taxi_id", "licence"], "the cab")
    let latitude = try need(["lat", "latitude"], "the latitude")
    let longitude = try need(["lon", "lng", "longitude"], "the longitude")
    let occupied = names.firstIndex(where: { ["occ", "occupied", "occupancy"].contains($0) })

    var rows = DatasetRows()
    var pings: [RecordedPing] = []
    pings.reserveCapacity(bytes.count / 40)
    var cabs = CabNames()
    while table.nextRow() {
      rows.read += 1
      do throws(DatasetError) {
        guard let seconds = table.integer(time), (0...4_102_444_800).contains(seconds) else {
          throw table.error(column: time, expected: "a time in seconds since 1970")
        }
        let name = table.trimmed(cab)
        guard !name.isEmpty, name.count <= 64 else {
          throw table.error(column: cab, expected: "a name of 1 to 64 characters")
        }
        let place = try table.place(latitude: latitude, longitude: longitude)
        var aboard = false
        if let occupied {
          guard let flag = table.integer(occupied), flag == 0 || flag == 1 else {
            throw table.error(column: occupied, expected: "0 or 1")
          }
          aboard = flag == 1
        }
        let index = table.bytes.withUnsafeBufferPointer { cabs.index(of: $0[name]) }
        pings.append(
          RecordedPing(unixMilliseconds: seconds * 1_000, place: place, cab: index, occupied: aboard))
      } catch {
        rows.noteBad(error)
      }
    }
    rows.taken = pings.count
    guard !pings.isEmpty else {
      throw rows.firstBad ?? DatasetError(file: file, reason: "has no ping that can be used")
    }
    return PingFile(pings: pings, cabs: cabs.names, rows: rows)
  }

  /// Where each cab was first seen: of its earliest pings the first in the file.
  package func firstPlaces() -> [GeoPoint] {
    var first: [RecordedPing?] = Array(repeating: nil, count: cabs.count)
    for ping in pings {
      let cab = Int(ping.cab)
      if let known = first[cab], known.unixMilliseconds <= ping.unixMilliseconds { continue }
      first[cab] = ping
    }
    return first.compactMap { $0?.place }
  }
}
