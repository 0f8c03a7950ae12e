/// Whether the runtime can do its work, and if not, why.
public struct RuntimeHealth: Sendable, Equatable {
  /// Names and reasons of what is wrong; empty where nothing is.
  public var troubles: [String]

  /// Whether nothing is wrong.
  public var isGood: Bool { troubles.isEmpty }

  /// Creates a state of health.
  /// - Parameter troubles: what is wrong.
  public init(troubles: [String] = []) {
    self.troubles = troubles
  }
}
