import DispatchCore
import DispatchState
import Logging
import Synchronization

/// Keeps rounds of matching after the offers are out; whatever fails here costs an explanation and never a ride.
final class RoundKeeper: Sendable {
  /// What is known of a ride's last round, so that one which tells nothing new is not even worked out.
  private struct Known {
    var time: Timestamp
    var isUnserved: Bool
  }

  /// Rides remembered, in two generations of this size at most: losing them costs only work.
  private static let memory = 10_000

  private struct Memory {
    var young: [RideID: Known] = [:]
    var old: [RideID: Known] = [:]
  }

  private let log: any MatchLog
  private let limits: MatchLogLimits
  /// How many drivers are listed one by one; 0 keeps no rounds.
  let listing: Int
  private let known = Mutex(Memory())

  init(log: any MatchLog, limits: MatchLogLimits, listing: Int) {
    self.log = log
    self.limits = limits
    self.listing = listing
  }

  /// The rounds of a plan that are worth keeping.
  /// - Parameters:
  ///   - plan: the plan.
  ///   - outcomes: what became of its proposals, by ride.
  func rounds(of plan: MatchPlan, _ outcomes: [RideID: MatchRound.Outcome]) -> [MatchRound] {
    guard listing > 0 else { return [] }
    return plan.rides.enumerated().compactMap { row, ride in
      let outcome = outcomes[ride.id]
      guard isDue(ride.id, plan.time, isUnserved: outcome == nil) else { return nil }
      return plan.round(of: row, outcome: outcome, listing: listing)
    }
  }

  private func isDue(_ ride: RideID, _ now: Timestamp, isUnserved: Bool) -> Bool {
    known.withLock { memory in
      if isUnserved, let last = memory.young[ride] ?? memory.old[ride], last.isUnserved,
        last.time.advanced(bySeconds: limits.spacingSeconds) > now
      {
        return false
      }
      if memory.young.count >= Self.memory {
        memory.old = memory.young
        memory.young = [:]
      }
      memory.young[ride] = Known(time: now, isUnserved: isUnserved)
      return true
    }
  }

  /// Keeps rounds.
  func keep(_ rounds: [MatchRound], _ logger: Logger) async {
    guard !rounds.isEmpty else { return }
    do {
      try await log.append(rounds, limits: limits)
    } catch {
      logger.warning(
        "rounds of matching were not kept", metadata: ["rounds": "\(rounds.count)", "error": "\(error)"])
    }
  }
}
