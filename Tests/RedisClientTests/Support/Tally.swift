import Synchronization

/// A number that many tasks count up.
final class Tally: Sendable {
  private let count = Atomic<Int>(0)

  /// How far it has been counted.
  var value: Int { count.load(ordering: .relaxed) }

  /// Counts on.
  func add(_ number: Int) { count.wrappingAdd(number, ordering: .relaxed) }
}
