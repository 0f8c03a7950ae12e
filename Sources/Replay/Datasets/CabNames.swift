/// Cab names as small numbers: a hash table over bytes, so that a row makes no string.
struct CabNames {
  private(set) var names: [String] = []
  private var spellings: [[UInt8]] = []
  private var slots: [Int32] = Array(repeating: -1, count: 2_048)

  /// The number of a name, a new one where it was not seen before.
  mutating func index(of name: FieldParser.Bytes) -> Int32 {
    var slot = Self.hash(name) & (slots.count - 1)
    while slots[slot] >= 0 {
      let known = spellings[Int(slots[slot])]
      if known.count == name.count, known.elementsEqual(name) { return slots[slot] }
      slot = (slot + 1) & (slots.count - 1)
    }
    let index = Int32(truncatingIfNeeded: names.count)
    slots[slot] = index
    spellings.append(Array(name))
    names.append(String(decoding: name, as: UTF8.self))
    if names.count * 2 > slots.count { grow() }
    return index
  }

  private mutating func grow() {
    slots = Array(repeating: -1, count: slots.count * 2)
    for (index, spelling) in spellings.enumerated() {
      var slot = Self.hash(spelling) & (slots.count - 1)
      while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = Int32(truncatingIfNeeded: index)
    }
  }

  /// FNV-1a, folded.
  private static func hash(_ bytes: some Sequence<UInt8>) -> Int {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return Int(truncatingIfNeeded: hash ^ (hash >> 29))
  }
}
