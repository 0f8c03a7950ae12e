/// Makes request ids that are unique over processes and restarts and short enough to need no heap.
struct RequestIDGenerator {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
  /// 48 random bits name the generator.
  private static let prefixLength = 8
  /// 42 bits count its ids.
  private static let counterBits = 42

  private var prefix: UInt64
  private var counter: UInt64 = 0

  init() {
    prefix = UInt64.random(in: 0..<(1 << 48))
  }

  /// An id of 15 letters, digits, dashes and underscores.
  mutating func next() -> String {
    if counter >> Self.counterBits != 0 { self = RequestIDGenerator() }
    defer { counter += 1 }
    let (prefix, counter) = (prefix, counter)
    return String(unsafeUninitializedCapacity: 15) { buffer in
      for index in 0..<15 {
        let bits =
          index < Self.prefixLength ? prefix >> UInt64(6 * index) : counter >> UInt64(6 * (14 - index))
        buffer[index] = Self.alphabet[Int(bits & 63)]
      }
      return 15
    }
  }
}
