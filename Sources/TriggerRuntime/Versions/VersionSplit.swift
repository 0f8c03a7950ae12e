/// Which version handles which keys: keys fall into 10,000 slots, and every slot belongs to a version.
///
/// A version that is raised takes slots from the stable one only, and keeps those that it has. So a key moves at most once while a
/// version is raised, and never between two others.
package struct VersionSplit: Sendable, Equatable {
  /// How many slots there are; one is a hundredth of a percent.
  package static let slotCount = 10_000

  /// A version's slots from the end of the previous range on.
  package struct Range: Sendable, Equatable {
    /// One past the last slot.
    package var end: Int
    package var version: String
  }

  /// The ranges without gaps, up to the last slot.
  package private(set) var ranges: [Range]

  /// Everything on one version.
  package init(all version: String) {
    ranges = [Range(end: Self.slotCount, version: version)]
  }

  /// Creates a split from ranges.
  /// - Returns: nil where they leave a gap or do not end at the last slot.
  package init?(ranges: [Range]) {
    guard ranges.last?.end == Self.slotCount, (ranges.first?.end ?? 0) > 0,
      zip(ranges, ranges.dropFirst()).allSatisfy({ $0.end < $1.end })
    else { return nil }
    self.ranges = ranges
  }

  /// How many slots a version has.
  package func slots(of version: String) -> Int {
    var start = 0
    return ranges.reduce(0) { sum, range in
      defer { start = range.end }
      return range.version == version ? sum + range.end - start : sum
    }
  }

  /// A version's share of the keys, in percent.
  package func percent(of version: String) -> Double { Double(slots(of: version)) * 100 / Double(Self.slotCount) }

  /// The versions that have slots.
  package var versions: Set<String> { Set(ranges.map(\.version)) }

  /// Gives a version as many slots as wanted: takes what is missing from another, or gives it what is too much.
  /// - Parameters:
  ///   - version: the version.
  ///   - count: how many slots it shall have.
  ///   - stable: the other one.
  /// - Returns: false, and nothing is changed, where the other one has not as many.
  package mutating func set(_ version: String, to count: Int, balancing stable: String) -> Bool {
    guard (0...Self.slotCount).contains(count), version != stable else { return false }
    var slots = expanded()
    var missing = count - self.slots(of: version)
    guard missing <= self.slots(of: stable) else { return false }
    // Raised from the first slot on, lowered from the last: what was raised last goes back first.
    for index in slots.indices where missing > 0 && slots[index] == stable {
      slots[index] = version
      missing -= 1
    }
    for index in slots.indices.reversed() where missing < 0 && slots[index] == version {
      slots[index] = stable
      missing += 1
    }
    ranges = Self.compressed(slots)
    return true
  }

  /// The version of every slot.
  package func expanded() -> [String] {
    var slots: [String] = []
    slots.reserveCapacity(Self.slotCount)
    for range in ranges { slots += repeatElement(range.version, count: max(0, range.end - slots.count)) }
    return slots
  }

  private static func compressed(_ slots: [String]) -> [Range] {
    var ranges: [Range] = []
    for (index, version) in slots.enumerated() {
      if ranges.last?.version == version {
        ranges[ranges.count - 1].end = index + 1
      } else {
        ranges.append(Range(end: index + 1, version: version))
      }
    }
    return ranges
  }

  /// The slot of a key: the same in every process and for ever.
  ///
  /// FNV-1a over function and key, its bits mixed by MurmurHash3's finalizer, scaled to the number of slots. With the function's name in
  /// it, the same keys are not the first to try every new version.
  package static func slot(of key: String, function: String) -> Int {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    func add(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    for byte in function.utf8 { add(byte) }
    add(0)
    for byte in key.utf8 { add(byte) }
    hash = (hash ^ (hash >> 33)) &* 0xFF51_AFD7_ED55_8CCD
    hash = (hash ^ (hash >> 33)) &* 0xC4CE_B9FE_1A85_EC53
    hash ^= hash >> 33
    return Int(hash.multipliedFullWidth(by: UInt64(slotCount)).high)
  }
}
