/// A small seeded generator: the same seed gives the same numbers on every machine.
///
/// The algorithm is Steele, Lea and Flood's SplitMix (OOPSLA 2014) with a 64-bit state.
package struct SplitMix64: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// Creates a generator.
  /// - Parameter seed: equal seeds give equal sequences.
  package init(seed: UInt64) {
    state = seed
  }

  /// Creates one of many independent generators of the same seed.
  /// - Parameters:
  ///   - seed: the seed of the whole run.
  ///   - stream: which of them.
  package init(seed: UInt64, stream: UInt64) {
    var mixer = SplitMix64(seed: seed ^ (stream &* 0xD6E8_FEB8_6659_FD93 &+ 0x5851_F42D_4C95_7F2D))
    state = mixer.next()
  }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// A number from 0 up to, not including, 1.
  package mutating func unit() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// A number in a range, evenly spread.
  /// - Parameters:
  ///   - low: the least.
  ///   - high: the most.
  package mutating func uniform(_ low: Double, _ high: Double) -> Double {
    low + (high - low) * unit()
  }

  /// A whole number below a bound.
  /// - Parameter bound: more than zero.
  package mutating func below(_ bound: Int) -> Int {
    precondition(bound > 0, "a bound must be positive")
    return Int(next() % UInt64(bound))
  }

  /// Some of `0..<count`, each subset of that size equally likely, in ascending order.
  /// - Parameters:
  ///   - size: how many; all of them where there are fewer.
  ///   - count: how many there are.
  package mutating func sample(_ size: Int, of count: Int) -> [Int] {
    guard size < count else { return Array(0..<count) }
    var order = Array(0..<count)
    for index in 0..<max(size, 0) {
      order.swapAt(index, index + below(count - index))
    }
    return order[..<max(size, 0)].sorted()
  }

  /// Puts the elements of an array into a random order.
  /// - Parameter elements: what to shuffle.
  package mutating func shuffle<Element>(_ elements: inout [Element]) {
    guard elements.count > 1 else { return }
    for index in stride(from: elements.count - 1, to: 0, by: -1) {
      elements.swapAt(index, below(index + 1))
    }
  }
}
