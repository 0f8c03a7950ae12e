import DispatchCore
import DispatchState
import HexGrid

/// Reads what the fleet's scripts answer.
enum FleetAnswer {
  /// Reads drivers: for each the length of the id, the id, the record and the status.
  /// - Throws: `StateError.corrupt`.
  static func drivers(_ packed: [UInt8]) throws(StateError) -> [DriverSnapshot] {
    var found: [DriverSnapshot] = []
    var rest = packed[...]
    while let length = rest.popFirst() {
      let size = Int(length) + FleetRecord.byteCount + FleetStatusRecord.byteCount
      guard rest.count >= size else { throw .corrupt("the idle drivers of the fleet index") }
      let id = rest.prefix(Int(length))
      let record = rest.dropFirst(Int(length)).prefix(FleetRecord.byteCount)
      let status = rest.prefix(size).suffix(FleetStatusRecord.byteCount)
      guard
        let snapshot = FleetRecord.snapshot(
          of: DriverID(trusted: String(decoding: id, as: UTF8.self)), record: record,
          status: FleetStatusRecord(status))
      else { throw .corrupt("an idle driver of the fleet index") }
      found.append(snapshot)
      rest = rest.dropFirst(size)
    }
    return found
  }

  /// Reads zones: for each the cell and the counts of drivers and idle drivers.
  /// - Returns: the zones in the order of their cells.
  /// - Throws: `StateError.corrupt`.
  static func zones(_ packed: [UInt8]) throws(StateError) -> [ZoneSupply] {
    guard packed.count.isMultiple(of: 16) else { throw .corrupt("the zones of the fleet index") }
    var zones: [ZoneSupply] = []
    zones.reserveCapacity(packed.count / 16)
    for start in stride(from: 0, to: packed.count, by: 16) {
      guard let cell = HexCell(rawValue: FleetRecord.load(packed[...], at: start)) else {
        throw .corrupt("a zone of the fleet index")
      }
      let supply: Int32 = FleetRecord.load(packed[...], at: start + 8)
      let idle: Int32 = FleetRecord.load(packed[...], at: start + 12)
      zones.append(ZoneSupply(cell: cell, supply: Int(supply), idle: Int(idle)))
    }
    return zones.sorted { $0.cell < $1.cell }
  }
}
