/// Where events go that a trigger gave up, until somebody redrives or purges them.
///
/// A trigger has at most one dead letter per event (`source` and `id`): giving up the same event again adds to it.
public protocol DeadLetterQueue: Sendable {
  /// Keeps an event that was given up.
  ///
  /// Where the trigger has a dead letter of the event already, that one gets the new reason and event, the attempts add up, and
  /// it waits again; where it had been redriven, `redrives` grows by one.
  /// - Parameter letter: what was given up; its id, state and redrives do not matter.
  /// - Throws: where the store cannot be reached; then the event must not be forgotten elsewhere.
  func add(_ letter: DeadLetter) async throws

  /// Dead letters in the order in which they were given up first.
  /// - Parameter filter: which.
  /// - Throws: where the store cannot be reached.
  func letters(_ filter: DeadLetterFilter) async throws -> [DeadLetter]

  /// Asks for another attempt at those that wait; whoever asks twice gets one attempt.
  /// - Parameter filter: which.
  /// - Returns: how many waited.
  /// - Throws: where the store cannot be reached.
  func redrive(_ filter: DeadLetterFilter) async throws -> Int

  /// Forgets those that nobody is at.
  /// - Parameter filter: which.
  /// - Returns: how many were forgotten.
  /// - Throws: where the store cannot be reached.
  func purge(_ filter: DeadLetterFilter) async throws -> Int

  /// Takes those for which another attempt was asked, each by one consumer; and those whose consumer's time is up.
  /// - Parameters:
  ///   - places: the triggers that the consumer runs.
  ///   - consumer: who takes them.
  ///   - lease: how long they are the consumer's unless it keeps them, in real time.
  ///   - limit: at most so many.
  /// - Throws: where the store cannot be reached.
  func takeRedriven(
    _ places: [DeadLetter.Place], consumer: String, lease: Duration, limit: Int
  ) async throws -> [DeadLetter]

  /// Keeps what a consumer took from being taken by others.
  /// - Parameters:
  ///   - ids: what it took.
  ///   - consumer: who took it.
  ///   - lease: how long from now on, in real time.
  /// - Throws: where the store cannot be reached.
  func keep(_ ids: [Int64], consumer: String, lease: Duration) async throws

  /// Forgets what was handled at last.
  /// - Parameter ids: what was handled.
  /// - Throws: where the store cannot be reached.
  func remove(_ ids: [Int64]) async throws
}
