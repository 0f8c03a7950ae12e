/// Values by name, for few names that are looked up often: a dictionary's hash costs more than everything else about such a look.
///
/// Names come from function.yaml files, so that nobody can choose them to collide.
final class NameTable<Value: Sendable>: Sendable {
  private typealias Entry = (name: String, value: Value)

  /// A power of two of places, at least half of them empty; an entry lies at its hash or in the next free place behind.
  private let places: [Entry?]

  init(_ values: [String: Value]) {
    var places: [Entry?] = [nil, nil]
    while places.count < values.count * 2 { places += places }
    for (name, value) in values {
      var place = Self.hash(name) & (places.count - 1)
      while places[place] != nil { place = (place + 1) & (places.count - 1) }
      places[place] = (name, value)
    }
    self.places = places
  }

  /// The value of a name; nil where it has none.
  subscript(name: String) -> Value? {
    var place = Self.hash(name) & (places.count - 1)
    while let entry = places[place] {
      if entry.name == name { return entry.value }
      place = (place + 1) & (places.count - 1)
    }
    return nil
  }

  /// FNV-1a, with its high bits where the places look.
  private static func hash(_ name: String) -> Int {
    let hash = name.utf8.withContiguousStorageIfAvailable { Self.hash($0) } ?? Self.hash(name.utf8)
    return Int(truncatingIfNeeded: hash ^ hash >> 32)
  }

  private static func hash(_ bytes: some Sequence<UInt8>) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return hash
  }
}
