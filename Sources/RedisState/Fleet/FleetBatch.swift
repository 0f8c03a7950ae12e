import DispatchCore
import RedisClient

/// Items of one or several callers, cut into calls of bounded size.
///
/// A call's first argument is all items in one text, each behind two bytes for the item before it of the same driver (1 is the
/// first item, 0 none); then come the drivers.
struct FleetBatch {
  private let script: RedisScript
  private let region: RegionID
  private let parts: [FleetItems]

  /// - Parameters:
  ///   - script: what takes the items.
  ///   - region: whose fleet.
  ///   - parts: the items, in their order.
  init(script: RedisScript, region: RegionID, parts: [FleetItems]) {
    self.script = script
    self.region = region
    self.parts = parts
  }

  /// Some items of a part that go with one call.
  private struct Piece {
    var part: Int
    var items: Range<Int>
  }

  /// The calls that take all items, in their order; every call but the last is full.
  func calls() -> [RedisCommand] {
    var calls: [RedisCommand] = []
    var pieces: [Piece] = []
    var count = 0
    for (part, items) in parts.enumerated() {
      var start = 0
      while start < items.count {
        let end = min(start + FleetScripts.maxDriversPerCall - count, items.count)
        pieces.append(Piece(part: part, items: start..<end))
        count += end - start
        start = end
        if count == FleetScripts.maxDriversPerCall {
          calls.append(call(pieces, count: count))
          pieces.removeAll(keepingCapacity: true)
          count = 0
        }
      }
    }
    if count > 0 { calls.append(call(pieces, count: count)) }
    return calls
  }

  private func call(_ pieces: [Piece], count: Int) -> RedisCommand {
    let itemByteCount = parts[pieces[0].part].itemByteCount
    let nameByteCount = pieces.reduce(0) { $0 + parts[$1.part].arguments(of: $1.items).count }
    var call = script.call(
      keys: Self.keys(of: region), capacity: count * (itemByteCount + 2) + nameByteCount + 256)
    call.append(byteCount: count * (itemByteCount + 2)) { space in
      write(pieces, count: count, itemByteCount: itemByteCount, to: space)
    }
    for piece in pieces {
      call.append(encoded: parts[piece.part].arguments(of: piece.items), count: piece.items.count)
    }
    return call
  }

  /// Writes the items of a call, each behind the number of the one before it of the same driver.
  private func write(
    _ pieces: [Piece], count: Int, itemByteCount: Int, to space: UnsafeMutableRawBufferPointer
  ) {
    var latest = Latest(count: count)
    var offset = 0
    var number: UInt16 = 0
    for piece in pieces {
      let part = parts[piece.part]
      part.packed.withUnsafeBytes { packed in
        for item in piece.items {
          number += 1
          let earlier = latest.replace(piece.part, item, parts, with: number)
          FleetRecord.store(earlier, to: space, at: offset)
          UnsafeMutableRawBufferPointer(rebasing: space[(offset + 2)...]).copyMemory(
            from: UnsafeRawBufferPointer(rebasing: packed[(item * itemByteCount)..<((item + 1) * itemByteCount)]))
          offset += itemByteCount + 2
        }
      }
    }
  }

  /// The last item of every driver of a call: a table with open addressing, at most half full.
  private struct Latest {
    private struct Slot {
      /// Counted from 1; 0 where the slot is empty.
      var number: UInt16 = 0
      var part: Int32 = 0
      var item: Int32 = 0
    }
    private var slots: [Slot]

    init(count: Int) {
      var size = 2
      while size < count * 2 { size *= 2 }
      slots = Array(repeating: Slot(), count: count == 1 ? 0 : size)
    }

    /// Makes an item its driver's last.
    /// - Returns: the number of the one that was; 0 where there was none.
    mutating func replace(_ part: Int, _ item: Int, _ parts: [FleetItems], with number: UInt16) -> UInt16 {
      guard !slots.isEmpty else { return 0 }
      let mask = slots.count - 1
      var place = Int(truncatingIfNeeded: parts[part].names[item].hash) & mask
      while true {
        let slot = slots[place]
        if slot.number == 0 || parts[part].isSameDriver(item, as: parts[Int(slot.part)], Int(slot.item)) {
          slots[place] = Slot(number: number, part: Int32(part), item: Int32(item))
          return slot.number
        }
        place = (place + 1) & mask
      }
    }
  }

  /// The fleet's keys in the order in which the scripts know them.
  static func keys(of region: RegionID) -> [String] {
    [RedisKeys.drivers(region), RedisKeys.statuses(region), RedisKeys.zones(region), RedisKeys.idle(region)]
  }
}
