/// How many of the recorded cabs drive: all of them, a number, or a share.
package enum FleetSize: Hashable, Sendable {
  case all
  case count(Int)
  case share(Double)

  /// Reads `all`, `352` or `0.7`.
  /// - Parameter text: the text; a number with a point is a share from 0 to 1.
  /// - Returns: nil where it is none of them.
  package init?(_ text: String) {
    if text == "all" {
      self = .all
    } else if let count = Int(text), count > 0 {
      self = .count(count)
    } else if let share = Double(text), share > 0, share <= 1 {
      self = .share(share)
    } else {
      return nil
    }
  }

  /// The number of cabs.
  /// - Parameter available: how many there are.
  package func count(of available: Int) -> Int {
    switch self {
    case .all: available
    case .count(let count): min(count, available)
    case .share(let share): min(max(Int((Double(available) * share).rounded()), 1), available)
    }
  }
}
