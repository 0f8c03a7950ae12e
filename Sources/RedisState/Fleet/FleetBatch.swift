import DispatchCore
import RedisClient

/// Items for the fleet's scripts, cut into calls of bounded size.
struct FleetBatch {
  private let script: RedisScript
  private let region: RegionID
  private let itemByteCount: Int
  private var drivers: [DriverID] = []
  /// Items one after the other, each behind two bytes for the item before it of the same driver.
  private var packed: [UInt8] = []
  /// The last item, counted from 1, of every driver of the call that is being filled.
  private var latest: [DriverID: UInt16] = [:]

  /// Starts a batch.
  /// - Parameters:
  ///   - script: what takes the items.
  ///   - region: whose fleet.
  ///   - itemByteCount: the size of an item.
  ///   - capacity: how many items to make room for.
  init(script: RedisScript, region: RegionID, itemByteCount: Int, capacity: Int = 0) {
    self.script = script
    self.region = region
    self.itemByteCount = itemByteCount
    drivers.reserveCapacity(capacity)
    packed.reserveCapacity(capacity * (itemByteCount + 2))
    latest.reserveCapacity(min(capacity, FleetScripts.maxDriversPerCall))
  }

  /// Adds an item.
  /// - Parameters:
  ///   - driver: whose it is.
  ///   - write: writes it into exactly its size.
  mutating func append(_ driver: DriverID, write: (UnsafeMutableRawBufferPointer) -> Void) {
    let index = drivers.count % FleetScripts.maxDriversPerCall
    if index == 0 { latest.removeAll(keepingCapacity: true) }
    let earlier = latest.updateValue(UInt16(index + 1), forKey: driver) ?? 0
    drivers.append(driver)
    packed.append(UInt8(earlier >> 8))
    packed.append(UInt8(earlier & 0xFF))
    withUnsafeTemporaryAllocation(byteCount: itemByteCount, alignment: 8) { space in
      write(space)
      packed.append(contentsOf: space)
    }
  }

  /// The calls that take all items, in their order.
  func calls() -> [RedisCommand] {
    stride(from: 0, to: drivers.count, by: FleetScripts.maxDriversPerCall).map { first in
      let part = drivers[first..<min(first + FleetScripts.maxDriversPerCall, drivers.count)]
      let itemStride = itemByteCount + 2
      var call = script.call(keys: Self.keys(of: region), capacity: part.count * (itemStride + 32) + 256)
      call.append(packed[(first * itemStride)..<((first + part.count) * itemStride)])
      for driver in part { call.append(driver.text) }
      return call
    }
  }

  /// The fleet's keys in the order in which the scripts know them.
  static func keys(of region: RegionID) -> [String] {
    [RedisKeys.drivers(region), RedisKeys.statuses(region), RedisKeys.zones(region), RedisKeys.idle(region)]
  }
}
