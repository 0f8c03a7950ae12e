import DispatchCore
import HexGrid

/// Where a driver was last, as 35 bytes that the scripts can read: numbers big-endian, in the order in which two records
/// are compared.
///
/// | offset | size | |
/// | --- | --- | --- |
/// | 0 | 8 | time in milliseconds since 1970, as a double |
/// | 8 | 8 | H3 cell of the zone |
/// | 16 | 1 | flags: 1 occupied, 2 silent |
/// | 17 | 8 | latitude in degrees, as a double |
/// | 25 | 8 | longitude in degrees, as a double |
/// | 33 | 2 | heading in degrees; 65535 unknown |
///
/// Lua knows only doubles, so times are exact up to 2^53 ms (the year 287396) and pinned there. Positions are kept in full,
/// so that ties are decided as in memory.
enum FleetRecord {
  static let byteCount = 35
  static let occupiedFlag: UInt8 = 1
  private static let unknownHeading = UInt16.max

  /// Writes a position.
  /// - Parameter space: at least `byteCount` bytes.
  static func write(_ ping: DriverPing, cell: HexCell, to space: UnsafeMutableRawBufferPointer) {
    store(number(ping.time).bitPattern, to: space, at: 0)
    store(cell.rawValue, to: space, at: 8)
    space[16] = ping.isOccupied ? occupiedFlag : 0
    // Adding zero turns -0 into 0: they are equal but their bits are not.
    store((ping.position.latitude + 0).bitPattern, to: space, at: 17)
    store((ping.position.longitude + 0).bitPattern, to: space, at: 25)
    store(ping.headingDegrees ?? unknownHeading, to: space, at: 33)
  }

  /// Reads a position and a status.
  /// - Returns: nil where the bytes are no record.
  static func snapshot(
    of driver: DriverID, record: ArraySlice<UInt8>, status: FleetStatusRecord?
  ) -> DriverSnapshot? {
    guard record.count == byteCount else { return nil }
    let start = record.startIndex
    let time = Double(bitPattern: load(record, at: start))
    guard let milliseconds = Int64(exactly: time), let cell = HexCell(rawValue: load(record, at: start + 8)) else {
      return nil
    }
    let position = GeoPoint(
      latitude: Double(bitPattern: load(record, at: start + 17)),
      longitude: Double(bitPattern: load(record, at: start + 25)))
    let heading: UInt16 = load(record, at: start + 33)
    return DriverSnapshot(
      driver: driver, position: position, cell: cell, seenAt: Timestamp(unixMilliseconds: milliseconds),
      headingDegrees: heading == unknownHeading ? nil : heading,
      isOccupied: record[start + 16] & occupiedFlag != 0, vehicleClass: status?.vehicleClass ?? .standard,
      activityName: status?.activityName, statusVersion: status?.version ?? 0)
  }

  /// A moment as Lua has it.
  static func number(_ time: Timestamp) -> Double {
    let limit: Int64 = 1 << 53
    return Double(min(max(time.unixMilliseconds, -limit), limit))
  }

  /// Writes a whole number, the highest byte first.
  static func store(_ value: some FixedWidthInteger, to space: UnsafeMutableRawBufferPointer, at offset: Int) {
    space.storeBytes(of: value.bigEndian, toByteOffset: offset, as: type(of: value))
  }

  /// Reads a whole number whose bytes are known to be there.
  static func load<Value: FixedWidthInteger>(_ bytes: ArraySlice<UInt8>, at start: Int) -> Value {
    bytes.withUnsafeBytes {
      Value(bigEndian: $0.loadUnaligned(fromByteOffset: start - bytes.startIndex, as: Value.self))
    }
  }
}
