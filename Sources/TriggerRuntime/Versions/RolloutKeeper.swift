import CoreMetrics
import FunctionKit
import Logging
import Synchronization

/// Keeps the traffic of all functions as the instances agreed: reads what others changed, tells what was counted here, raises versions step
/// by step, and takes the traffic from those that do worse than the stable one.
///
/// Whoever looks first decides; that it is one decision, the compare-and-set of the shared state sees to.
final class RolloutKeeper: Sendable {
  private struct Known {
    var revision: Int64?
    var rollout: RolloutState
    /// The counters that are read and added to until the next look.
    var window: [String: VersionTally] = [:]
  }

  /// The parts of a window; so coarse is its beginning.
  private static let partsPerWindow: Int64 = 10
  private static let attempts = 8

  private let functions: [String: FunctionVersions]
  private let store: any KeyValueStore
  private let now: @Sendable () -> EventTime
  private let logger: Logger
  private let known = Mutex<[String: Known]>([:])

  /// - Parameters:
  ///   - functions: the functions' versions.
  ///   - store: what the instances share.
  ///   - now: real time.
  ///   - logger: where changes are told.
  init(
    _ functions: [FunctionVersions], store: any KeyValueStore,
    now: @escaping @Sendable () -> EventTime = { AdjustableClock.systemNow() }, logger: Logger
  ) {
    self.functions = Dictionary(functions.map { ($0.specification.name, $0) }) { first, _ in first }
    self.store = store
    self.now = now
    self.logger = logger
    let moment = now()
    known.withLock { known in
      for versions in functions {
        // Until the store has answered, what function.yaml says holds, without a rise.
        let rollout = RolloutState(versions.specification, now: moment)
        known[versions.specification.name] = Known(revision: nil, rollout: rollout)
        versions.apply(rollout)
      }
    }
  }

  /// Looks again and again until cancelled.
  func run(every period: Duration) async {
    while !Task.isCancelled {
      await look()
      try? await Task.sleep(for: period)
    }
  }

  /// Looks once at every function.
  func look() async {
    for versions in functions.values {
      do {
        try await look(versions)
      } catch {
        logger.debug(
          "the shares of versions cannot be read",
          metadata: ["function": .string(versions.specification.name), "error": .string(String(describing: error))])
      }
    }
  }

  private func look(_ versions: FunctionVersions) async throws {
    let name = versions.specification.name
    // Nobody has versions: nothing is written, and a single read keeps up with what others add.
    let entry = try await store.get(Self.key(name))
    let seen = known.withLock { $0[name]?.revision }
    if entry == nil, seen == nil, versions.specification.versions.isEmpty { return }
    var rollout = try await refresh(versions, entry)
    let plan = versions.specification.rollout
    let tallies = try await count(versions, rollout, plan)
    known.withLock { $0[name]?.window = tallies }
    let judge = RolloutJudge(plan)
    let stable = tallies[rollout.stable] ?? VersionTally()
    for version in rollout.split.versions.sorted() where version != rollout.stable {
      switch judge.verdict(tallies[version] ?? VersionTally(), stable: stable) {
      case .unknown: break
      case .bad(let reason):
        rollout = try await change(versions) { state, now in
          guard state.split.slots(of: version) > 0 else { return }
          state.rollBack(version, reason: reason, now: now)
        }
        logger.warning(
          "a version was rolled back",
          metadata: ["function": .string(name), "version": .string(version), "reason": .string(reason)])
      case .good:
        guard let rise = rollout.rise, rise.version == version,
          now().unixMilliseconds - rise.since.unixMilliseconds >= plan.interval.wholeNanoseconds / 1_000_000
        else { break }
        rollout = try await change(versions) { state, now in
          // Another instance may have taken the step already.
          if state.rise == rise { state.step(plan, now: now) }
        }
        logger.info("a version was raised", metadata: ["function": .string(name), "version": .string(version)])
      }
    }
  }

  // MARK: Shared state

  private static func key(_ function: String) -> String { "versions/\(function)" }

  /// Takes over what others have written, or writes the first state.
  private func refresh(_ versions: FunctionVersions, _ entry: KeyValueEntry?) async throws -> RolloutState {
    let name = versions.specification.name
    guard let entry, var rollout = RolloutState(json: entry.value) else {
      return try await change(versions) { _, _ in }
    }
    guard known.withLock({ $0[name]?.revision }) != entry.revision else {
      return known.withLock { $0[name]?.rollout } ?? rollout
    }
    let plan = versions.specification.rollout
    if let version = plan.version, rollout.rise == nil, rollout.stable != version, rollout.failed[version] == nil,
      rollout.split.slots(of: version) == 0, plan.steps.isEmpty == false
    {
      // A new version was deployed, whose rise nobody has begun.
      rollout = try await change(versions) { state, now in
        guard state.rise == nil, state.stable != version, state.failed[version] == nil,
          state.split.slots(of: version) == 0
        else { return }
        state.begin(version, plan, now: now)
      }
    } else {
      take(versions, rollout, entry.revision)
    }
    return rollout
  }

  private func take(_ versions: FunctionVersions, _ rollout: RolloutState, _ revision: Int64?) {
    known.withLock { known in
      let name = versions.specification.name
      known[name, default: Known(revision: nil, rollout: rollout)].rollout = rollout
      known[name]?.revision = revision
    }
    versions.apply(rollout)
  }

  /// Changes the shared state; what others changed meanwhile is not lost.
  @discardableResult
  private func change(
    _ versions: FunctionVersions, _ body: (inout RolloutState, EventTime) throws -> Void
  ) async throws -> RolloutState {
    let key = Self.key(versions.specification.name)
    for _ in 0..<Self.attempts {
      let entry = try await store.get(key)
      let before = entry.flatMap { RolloutState(json: $0.value) }
      let moment = now()
      // A store that has lost the state gets back what this instance knows of it.
      let last = known.withLock { $0[versions.specification.name]?.rollout }
      var rollout = before ?? last ?? RolloutState(versions.specification, now: moment)
      try body(&rollout, moment)
      if let before, before == rollout {
        take(versions, rollout, entry?.revision)
        return rollout
      }
      if try await store.replace(key, revision: entry?.revision, with: rollout.json(), expiresAfter: nil) {
        take(versions, rollout, (entry?.revision ?? 0) + 1)
        return rollout
      }
    }
    throw FunctionError(.transient, code: "tooManyChanges", "Others changed the shares at the same time; try again.")
  }

  // MARK: Counting

  /// Tells what was counted here and reads what all have counted in the window.
  private func count(
    _ versions: FunctionVersions, _ rollout: RolloutState, _ plan: RolloutSpecification
  ) async throws -> [String: VersionTally] {
    let part = max(1, plan.window.wholeNanoseconds / 1_000_000 / Self.partsPerWindow)
    let current = now().unixMilliseconds / part
    func key(_ index: Int64) -> String { "versions/\(versions.specification.name)/\(rollout.trial)/\(part)/\(index)" }
    let taken = versions.known.values.map { ($0, $0.takeTally()) }.filter { $0.1.events > 0 }
    if !taken.isEmpty {
      var counters: [String: Int64] = [:]
      for (version, tally) in taken { counters.merge(tally.counters(version.name)) { $0 &+ $1 } }
      do {
        try await store.add(counters, to: key(current), expiresAfter: plan.window * 3)
      } catch {
        for (version, tally) in taken { version.giveBack(tally) }
        throw error
      }
    }
    guard rollout.split.versions != [rollout.stable] else { return [:] }
    var tallies: [String: VersionTally] = [:]
    for index in (current - Self.partsPerWindow + 1)...current {
      for (version, tally) in VersionTally.read(try await store.counters(of: key(index))) {
        tallies[version, default: VersionTally()].add(tally)
      }
    }
    return tallies
  }

  // MARK: Administration

  /// How a function's traffic is shared.
  func report(_ function: String) -> VersionReport? {
    guard let versions = functions[function], let known = known.withLock({ $0[function] }) else { return nil }
    return VersionReport(versions, known.rollout, known.window)
  }

  /// Gives a version a share, in percent; a URL adds a version that nobody knew, or moves one that was added so.
  func setWeight(_ function: String, _ version: String, percent: Double?, remote: RemoteVersion?) async throws {
    let versions = try find(function)
    if let remote {
      _ = try OutgoingURL(remote.url)
      guard VersionName.isValid(version) else {
        throw FunctionError(.badInput, code: "malformedVersion", VersionName.rule, field: "version")
      }
      guard versions.specification.versions[version] == nil, version != versions.specification.version else {
        throw FunctionError(
          .conflict, code: "declaredVersion", "function.yaml says already where version \(version) lives", field: "url")
      }
    }
    try await change(versions) { state, now in
      if let remote { state.remotes[version] = remote }
      guard versions.known[version] != nil || state.remotes[version] != nil else { throw Self.unknown(version) }
      if let percent { try state.setWeight(version, percent: percent, now: now) }
    }
  }

  /// Gives a version all traffic.
  func promote(_ function: String, _ version: String) async throws {
    let versions = try find(function)
    try await change(versions) { state, now in
      guard versions.known[version] != nil || state.remotes[version] != nil else { throw Self.unknown(version) }
      state.promote(version, now: now)
    }
  }

  /// Takes the traffic from whatever is not the stable version, or goes back to the one before it.
  func rollBack(_ function: String, reason: String) async throws {
    try await change(try find(function)) { state, now in
      guard state.rollBackAll(reason: reason, now: now) else {
        throw FunctionError(
          .conflict, code: "nothingToRollBack", "The stable version \(state.stable) has all traffic and replaced none.")
      }
    }
  }

  private func find(_ function: String) throws -> FunctionVersions {
    guard let versions = functions[function] else {
      throw FunctionError(.notFound, code: "unknownFunction", "No function is named \(function).")
    }
    return versions
  }

  private static func unknown(_ version: String) -> FunctionError {
    FunctionError(.notFound, code: "unknownVersion", "There is no version \(version).")
  }
}
