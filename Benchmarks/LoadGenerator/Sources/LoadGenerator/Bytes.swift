/// Bytes that are written one after the other into storage that is used again.
struct Bytes {
  private var storage: [UInt8]
  private(set) var count = 0

  init(capacity: Int) { storage = Array(repeating: 0, count: capacity) }

  mutating func clear() { count = 0 }

  private mutating func reserve(_ more: Int) {
    if count + more > storage.count {
      storage.append(contentsOf: repeatElement(0, count: max(more, storage.count)))
    }
  }

  mutating func append(_ byte: UInt8) {
    reserve(1)
    storage[count] = byte
    count += 1
  }

  mutating func append(_ text: StaticString) {
    let length = text.utf8CodeUnitCount
    reserve(length)
    storage.withUnsafeMutableBytes { space in
      UnsafeMutableRawBufferPointer(rebasing: space[count..<(count + length)])
        .copyMemory(from: UnsafeRawBufferPointer(start: text.utf8Start, count: length))
    }
    count += length
  }

  mutating func append(_ bytes: Bytes) {
    reserve(bytes.count)
    storage.withUnsafeMutableBytes { space in
      bytes.withBytes { source in
        UnsafeMutableRawBufferPointer(rebasing: space[count..<(count + source.count)]).copyMemory(from: source)
      }
    }
    count += bytes.count
  }

  mutating func append(text: String) { for byte in text.utf8 { append(byte) } }

  mutating func append(bigEndian value: UInt64) {
    reserve(8)
    storage.withUnsafeMutableBytes { $0.storeBytes(of: value.bigEndian, toByteOffset: count, as: UInt64.self) }
    count += 8
  }

  static func digitCount(_ number: Int) -> Int {
    var rest = number
    var count = 1
    while rest >= 10 {
      rest /= 10
      count += 1
    }
    return count
  }

  /// Appends a number that is not negative.
  mutating func append(decimal number: Int, digits: Int = 0) {
    let length = max(digits, Self.digitCount(number))
    reserve(length)
    var rest = number
    var place = count + length
    for _ in 0..<length {
      place -= 1
      storage[place] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    }
    count += length
  }

  /// Appends units of 0.00001 degrees as degrees.
  mutating func append(degrees units: Int32) {
    if units < 0 { append(UInt8(ascii: "-")) }
    let magnitude = Int(units.magnitude)
    append(decimal: magnitude / 100_000)
    append(UInt8(ascii: "."))
    append(decimal: magnitude % 100_000, digits: 5)
  }

  func withBytes<Value>(_ body: (UnsafeRawBufferPointer) -> Value) -> Value {
    storage.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
  }
}
