internal import DispatchCore
internal import DispatchState

/// Puts steps into groups that can be applied at once: all rides, offers and turning drivers of a group are different,
/// and steps of the same ride, offer or driver come in their order, as do messages to the same driver.
enum CommitWaves {
  private enum Key: Hashable {
    case ride(RideID)
    case offer(OfferID)
    case driver(DriverID)
  }

  /// The places of the steps, group by group.
  /// - Parameters:
  ///   - commits: the steps.
  ///   - limit: how many steps a group may have.
  ///   - first: how many the first one may have; each that follows may have twice as many, up to the limit. Small ones at the front are through
  ///     sooner, and who has waited longest is in them.
  static func split(_ commits: [Commit], limit: Int, first: Int? = nil) -> [[Int]] {
    var waves: [[Int]] = []
    func isFull(_ wave: Int) -> Bool { waves[wave].count >= min(limit, (first ?? limit) << min(wave, 16)) }
    // For each thing, the first wave that may change it again; for each driver's feed, the last wave that wrote to it.
    var free: [Key: Int] = [:]
    var written: [DriverID: Int] = [:]
    // Full waves at the front are passed over at once.
    var firstWithRoom = 0
    for (index, commit) in commits.enumerated() {
      let keys = keys(of: commit.change)
      let listeners = commit.messages.compactMap(\.driver)
      var wave = keys.reduce(firstWithRoom) { max($0, free[$1] ?? 0) }
      wave = listeners.reduce(wave) { max($0, written[$1] ?? 0) }
      while wave < waves.count, isFull(wave) { wave += 1 }
      if wave == waves.count { waves.append([]) }
      waves[wave].append(index)
      for key in keys { free[key] = wave + 1 }
      for listener in listeners { written[listener] = wave }
      while firstWithRoom < waves.count, isFull(firstWithRoom) { firstWithRoom += 1 }
    }
    return waves
  }

  /// Puts waves that follow each other into groups, in their order: no two waves of a group touch the same ride, offer or driver, nor write to
  /// the same driver's feed, so they may be applied at once.
  static func independent(_ waves: [[Int]], of commits: [Commit]) -> [[[Int]]] {
    var groups: [[[Int]]] = []
    var taken: Set<Key> = []
    for wave in waves {
      var keys: Set<Key> = []
      for index in wave {
        keys.formUnion(self.keys(of: commits[index].change))
        keys.formUnion(commits[index].messages.compactMap { $0.driver.map(Key.driver) })
      }
      if groups.isEmpty || !taken.isDisjoint(with: keys) {
        groups.append([])
        taken = []
      }
      groups[groups.count - 1].append(wave)
      taken.formUnion(keys)
    }
    return groups
  }

  private static func keys(of change: RideChange) -> [Key] {
    var keys: [Key] = [.ride(change.ride.id)]
    switch change.offer {
    case .make(let offer), .close(let offer): keys.append(.offer(offer.id))
    case nil: break
    }
    if let driver = change.driver?.driver { keys.append(.driver(driver)) }
    return keys
  }
}
