/// A batch failed as a whole and the function cannot tell which event is at fault.
///
/// A batch function answers it for every event; the trigger then halves the batch until the event at fault stands alone. Attempts are
/// counted only there.
public struct BatchFailure: Error, Sendable, CustomStringConvertible {
  /// What failed.
  public var cause: any Error

  /// Creates the failure.
  /// - Parameter cause: what failed.
  public init(_ cause: any Error) {
    self.cause = cause
  }

  /// The results of a batch of so many events that failed as a whole.
  /// - Parameters:
  ///   - cause: what failed.
  ///   - count: how many events the batch has.
  public static func results(_ cause: any Error, count: Int) -> [Result<Response, any Error>] {
    Array(repeating: .failure(BatchFailure(cause)), count: max(count, 0))
  }

  /// What failed.
  public var description: String { "the batch failed: \(cause)" }
}
