import DispatchCore
import DispatchState
import Synchronization

/// Keeps the map and the solver's memory of each region from tick to tick: a new version of the model gets a new planner. Nothing that
/// a plan depends on is kept here.
final class PlannerCache: Sendable {
  private final class Entry: Sendable {
    let version: String
    let planner: Mutex<Rebalancer>

    init(_ model: LiveModel, _ policy: RebalancePolicy) {
      version = model.version
      planner = Mutex(Rebalancer(model: model.city, policy: policy))
    }
  }

  private let entries = Mutex<[RegionID: Entry]>([:])

  func plan(
    _ situation: Rebalancer.Situation, _ region: RegionID, _ model: LiveModel, _ policy: RebalancePolicy
  ) throws -> [RebalanceMove] {
    let known = entries.withLock { $0[region] }
    let entry: Entry
    if let known, known.version == model.version {
      entry = known
    } else {
      entry = Entry(model, policy)
      entries.withLock { $0[region] = entry }
    }
    // One tick of a region at a time: nobody waits for this lock.
    return try entry.planner.withLock { try $0.plan(situation) }
  }
}
