/// A function, trigger or binding cannot be built as it is described; `serve` refuses to start.
public struct SetupError: Error, CustomStringConvertible, Sendable {
  /// What is wrong, where, and what was expected.
  public var description: String

  /// Creates the error.
  /// - Parameter description: what is wrong, where, and what was expected.
  public init(_ description: String) {
    self.description = description
  }
}
