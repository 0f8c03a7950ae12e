import Glibc

/// Drivers who drive straight on, turn now and then, and stay within their region.
struct Fleet {
  /// Degrees are counted in units of 0.00001, as phones send them.
  static let unitsPerDegree = 100_000.0
  private static let heights: Int32 = 11_000
  private static let widths: Int32 = 12_000

  private struct Driver {
    var latitude: Int32
    var longitude: Int32
    /// Degrees from north: 0, 90, 180 or 270.
    var heading: UInt16
    /// How many pings were sent.
    var round: UInt32
  }

  private var drivers: [Driver] = []
  private let regions: Int
  private let step: (latitude: Int32, longitude: Int32)
  private var next = 0
  private var random: UInt64 = 42

  init(_ options: Options) {
    regions = options.regions
    let meters = options.speed * options.intervalSeconds
    step = (Int32(meters / 1.11), Int32(meters / 1.11 / 0.79))
    drivers.reserveCapacity(options.drivers)
    for index in 0..<options.drivers {
      let corner = Self.corner(of: index % options.regions)
      drivers.append(
        Driver(
          latitude: corner.latitude + Int32(below(Int(Self.heights))),
          longitude: corner.longitude + Int32(below(Int(Self.widths))), heading: UInt16(below(4) * 90), round: 0))
    }
  }

  /// The south-western corner of a region's city: the first is San Francisco, the others lie in a grid of cells of two degrees.
  static func corner(of region: Int) -> (latitude: Int32, longitude: Int32) {
    if region == 0 { return (3_770_000, -12_251_000) }
    return (Int32(1_000_000 + (region / 10) * 200_000), Int32(1_000_000 + (region % 10) * 200_000))
  }

  /// A random number from 0 to `limit - 1`.
  private mutating func below(_ limit: Int) -> Int {
    random ^= random << 13
    random ^= random >> 7
    random ^= random << 17
    return Int(random % UInt64(limit))
  }

  /// Moves the next driver by what they drive in an interval and writes where they are.
  /// - Parameter time: in milliseconds since 1970.
  mutating func writePing(_ form: Options.Form, at time: Int64, to bytes: inout Bytes) {
    let index = next
    next = next + 1 == drivers.count ? 0 : next + 1
    move(index)
    let driver = drivers[index]
    switch form {
    case .cbor:
      bytes.append(0x87)
      bytes.append(0x60 + 4 + UInt8(truncatingIfNeeded: Bytes.digitCount(index)))
      bytes.append("cab-")
      bytes.append(decimal: index)
      bytes.append(0x1B)
      bytes.append(bigEndian: UInt64(bitPattern: time))
      bytes.append(0xFB)
      bytes.append(bigEndian: (Double(driver.latitude) / Self.unitsPerDegree).bitPattern)
      bytes.append(0xFB)
      bytes.append(bigEndian: (Double(driver.longitude) / Self.unitsPerDegree).bitPattern)
      bytes.append(0x19)
      bytes.append(UInt8(driver.heading >> 8))
      bytes.append(UInt8(driver.heading & 0xFF))
      bytes.append(0x08)
      bytes.append(0xF4)
    case .json, .get:
      bytes.append(#"{"driver":"cab-"#)
      bytes.append(decimal: index)
      bytes.append(#"","time":"#)
      bytes.append(decimal: Int(time))
      bytes.append(#","latitude":"#)
      bytes.append(degrees: driver.latitude)
      bytes.append(#","longitude":"#)
      bytes.append(degrees: driver.longitude)
      bytes.append(#","heading":"#)
      bytes.append(decimal: Int(driver.heading))
      bytes.append(#","speed":8.0,"occupied":false}"#)
    }
  }

  private mutating func move(_ index: Int) {
    let corner = Self.corner(of: index % regions)
    var driver = drivers[index]
    if below(10) == 0 { driver.heading = UInt16(below(4) * 90) }
    switch driver.heading {
    case 0: driver.latitude += step.latitude
    case 180: driver.latitude -= step.latitude
    case 90: driver.longitude += step.longitude
    default: driver.longitude -= step.longitude
    }
    if driver.latitude < corner.latitude { driver.heading = 0 }
    if driver.latitude > corner.latitude + Self.heights { driver.heading = 180 }
    if driver.longitude < corner.longitude { driver.heading = 90 }
    if driver.longitude > corner.longitude + Self.widths { driver.heading = 270 }
    driver.round += 1
    drivers[index] = driver
  }

  /// Writes the last position of every driver who sent one, as CSV like recorded pings: time, cab, latitude, longitude.
  func writePositions(to path: String) {
    guard let file = fopen(path, "w") else { return perror(path) }
    defer { fclose(file) }
    var bytes = Bytes(capacity: 1 << 16)
    bytes.append("t,cab,lat,lon\n")
    for (index, driver) in drivers.enumerated() where driver.round > 0 {
      bytes.append(decimal: Int(driver.round))
      bytes.append(",cab-")
      bytes.append(decimal: index)
      bytes.append(",")
      bytes.append(degrees: driver.latitude)
      bytes.append(",")
      bytes.append(degrees: driver.longitude)
      bytes.append("\n")
      if bytes.count > 1 << 15 {
        bytes.withBytes { _ = fwrite($0.baseAddress, 1, $0.count, file) }
        bytes.clear()
      }
    }
    bytes.withBytes { _ = fwrite($0.baseAddress, 1, $0.count, file) }
  }
}
