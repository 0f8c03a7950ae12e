import DispatchCore

/// What a driver is doing, as 10 bytes that the scripts can read: version (8 bytes, big-endian), activity, vehicle class.
struct FleetStatusRecord {
  static let byteCount = 10

  var version: Int64
  var activityName: String
  var vehicleClass: VehicleClass

  /// Reads a status.
  /// - Returns: nil where the bytes are none.
  init?(_ bytes: ArraySlice<UInt8>) {
    guard bytes.count == Self.byteCount, let name = Self.activityName(bytes[bytes.startIndex + 8]),
      let vehicleClass = VehicleClass(rawValue: bytes[bytes.startIndex + 9])
    else { return nil }
    version = FleetRecord.load(bytes, at: bytes.startIndex)
    activityName = name
    self.vehicleClass = vehicleClass
  }

  /// Writes a status.
  /// - Parameter space: at least `byteCount` bytes.
  static func write(_ status: DriverStatus, to space: UnsafeMutableRawBufferPointer) {
    FleetRecord.store(status.version, to: space, at: 0)
    space[8] = activityCode(status.activity)
    space[9] = status.vehicleClass.rawValue
  }

  private static func activityCode(_ activity: DriverActivity) -> UInt8 {
    switch activity {
    case .offline: 1
    case .idle: 2
    case .offered: 3
    case .busy: 4
    }
  }

  private static func activityName(_ code: UInt8) -> String? {
    switch code {
    case 1: "offline"
    case 2: "idle"
    case 3: "offered"
    case 4: "busy"
    default: nil
    }
  }
}
