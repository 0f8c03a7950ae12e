package import DispatchCore
import Synchronization

extension MemoryRecord: MatchLog {
  package func append(_ rounds: [MatchRound], limits: MatchLogLimits) async throws {
    state.withLock { state in
      for round in rounds { state.matching.append(round, limits) }
    }
  }

  package func rounds(of ride: RideID) async throws -> [MatchRound] {
    state.withLock { $0.matching.rounds[ride] ?? [] }
  }

  package func forgetRounds(before moment: Timestamp, limit: Int) async throws -> Int {
    state.withLock { $0.matching.forget(before: moment, limit: limit) }
  }
}

extension MemoryRecord: BlockedPairStore {
  package func block(_ pair: BlockedPair, at time: Timestamp) async throws -> Bool {
    state.withLock { $0.matching.blocked[pair.rider, default: []].insert(pair.driver).inserted }
  }

  package func unblock(_ pair: BlockedPair) async throws -> Bool {
    state.withLock { $0.matching.blocked[pair.rider]?.remove(pair.driver) != nil }
  }

  package func blockedPairs(of riders: [RiderID]) async throws -> [BlockedPair] {
    state.withLock { state in
      if state.matching.blocked.isEmpty { return [] }
      return Set(riders).sorted().flatMap { rider in
        (state.matching.blocked[rider] ?? []).sorted().map { BlockedPair(rider: rider, driver: $0) }
      }
    }
  }
}

/// Rounds of matching and pairs kept apart, in memory.
struct MemoryMatching {
  var rounds: [RideID: [MatchRound]] = [:]
  var blocked: [RiderID: Set<DriverID>] = [:]

  mutating func append(_ round: MatchRound, _ limits: MatchLogLimits) {
    if let last = rounds[round.ride]?.last {
      guard last.digest != round.digest, last.time <= round.time else { return }
      if round.outcome == .unserved, last.outcome == .unserved,
        last.time.advanced(bySeconds: limits.spacingSeconds) > round.time
      {
        return
      }
    }
    rounds[round.ride, default: []].append(round)
    let surplus = (rounds[round.ride]?.count ?? 0) - limits.roundsPerRide
    if surplus > 0 { rounds[round.ride]?.removeFirst(surplus) }
  }

  mutating func forget(before moment: Timestamp, limit: Int) -> Int {
    let old = rounds.flatMap { ride, rounds in rounds.filter { $0.time < moment }.map { ($0.time, ride) } }
      .sorted { ($0.0, $0.1) < ($1.0, $1.1) }.prefix(max(limit, 0))
    for (_, ride) in old {
      rounds[ride]?.removeFirst()
      if rounds[ride]?.isEmpty == true { rounds[ride] = nil }
    }
    return old.count
  }
}
