import FunctionKit
import Logging

/// Brings dead letters back to their triggers when somebody asked for it.
struct Redriver: Sendable {
  let queue: any DeadLetterQueue
  let loops: [DeliveryLoop]
  let consumer: String
  let period: Duration
  let logger: Logger

  /// How long a letter is this process's unless it keeps it.
  private static let lease = Duration.seconds(60)
  /// How many are taken at once.
  private static let limit = 100

  /// Looks again and again until it is cancelled.
  func run() async {
    let places = Dictionary(loops.map { ($0.place, $0) }) { first, _ in first }
    guard !places.isEmpty else { return }
    var kept = ContinuousClock.now
    while (try? await Task.sleep(for: period)) != nil {
      do {
        if ContinuousClock.now - kept > Self.lease / 3 {
          let ids = loops.flatMap(\.lettersInHand)
          if !ids.isEmpty { try await queue.keep(ids, consumer: consumer, lease: Self.lease) }
          kept = .now
        }
        let letters = try await queue.takeRedriven(
          Array(places.keys), consumer: consumer, lease: Self.lease, limit: Self.limit)
        for letter in letters { places[letter.place]?.accept([letter]) }
      } catch {
        logger.debug("dead letters cannot be looked at", metadata: ["error": .string(String(describing: error))])
      }
    }
  }
}
