import CoreMetrics
import FunctionKit
import Logging
import Synchronization

/// The versions of one function in this process, and which of them gets which events.
final class FunctionVersions: Sendable {
  /// One version.
  final class Version: Sendable {
    let name: String
    let function: any Function
    let remote: RemoteVersion?
    private let tally = Mutex(VersionTally())
    private let durations: [Timer]

    init(
      _ name: String, _ function: any Function, remote: RemoteVersion?, of owner: String, _ metrics: any MetricsFactory
    ) {
      self.name = name
      self.function = function
      self.remote = remote
      durations = InvocationOutcome.Class.allCases.map { outcome in
        Timer(
          label: "cabstand_function_version_duration",
          dimensions: [("function", owner), ("version", name), ("outcome", outcome.rawValue)], factory: metrics)
      }
    }

    func count(_ outcome: InvocationOutcome, nanoseconds: Int64) {
      if let index = InvocationOutcome.Class.allCases.firstIndex(of: outcome.class), index < durations.count {
        durations[index].recordNanoseconds(nanoseconds)
      }
      tally.withLock { $0.count(isFailure: outcome != .success, nanoseconds: nanoseconds) }
    }

    /// What was counted since the last time.
    func takeTally() -> VersionTally {
      tally.withLock { tally in
        defer { tally = VersionTally() }
        return tally
      }
    }

    /// Gives back what could not be told.
    func giveBack(_ other: VersionTally) { tally.withLock { $0.add(other) } }
  }

  /// Who handles which slot.
  private final class Table: Sendable {
    let versions: [Version]
    let slots: [UInt8]

    init(versions: [Version], slots: [UInt8]) {
      self.versions = versions
      self.slots = slots
    }

    func version(of slot: Int) -> Version? {
      guard slot < slots.count, Int(slots[slot]) < versions.count else { return versions.first }
      return versions[Int(slots[slot])]
    }
  }

  private struct State {
    var versions: [String: Version]
    var table: Table
  }

  /// How many versions a function may have beside its own.
  static let maxVersions = 16

  let specification: FunctionSpecification
  /// Whether there is anything to choose.
  private let isSplit = Atomic(false)
  private let key: EventKey
  private let state: Mutex<State>
  private let metrics: any MetricsFactory

  /// - Parameters:
  ///   - specification: the function's.
  ///   - main: the version that `spec.version` names.
  ///   - others: the versions beside it that live in this process.
  init(
    _ specification: FunctionSpecification, main: any Function, others: [String: any Function],
    metrics: any MetricsFactory
  ) throws {
    guard specification.versions.count <= Self.maxVersions else {
      throw SetupError("function \(specification.name) has more than \(Self.maxVersions) versions")
    }
    self.specification = specification
    self.metrics = metrics
    key = try EventKey(specification.partitionKey)
    let name = specification.name
    let first = Version(specification.version, main, remote: nil, of: name, metrics)
    var versions = [specification.version: first]
    for (version, function) in others { versions[version] = Version(version, function, remote: nil, of: name, metrics) }
    for (version, description) in specification.versions {
      guard let remote = description.remote else { continue }
      versions[version] = Version(version, try RemoteFunction(remote), remote: remote, of: name, metrics)
    }
    state = Mutex(State(versions: versions, table: Table(versions: [first], slots: [])))
  }

  /// The versions that this process knows.
  var known: [String: Version] { state.withLock { $0.versions } }

  /// Shares traffic as a state says; what belongs to a version that this process does not know goes to `spec.version`.
  func apply(_ rollout: RolloutState) {
    state.withLock { state in
      for (name, remote) in rollout.remotes where specification.versions[name] == nil && name != specification.version {
        guard state.versions[name]?.remote != remote, state.versions.count <= Self.maxVersions,
          let function = try? RemoteFunction(remote)
        else { continue }
        state.versions[name] = Version(name, function, remote: remote, of: specification.name, metrics)
      }
      guard let main = state.versions[specification.version] else { return }
      var versions = [main]
      var indices: [String: UInt8] = [:]
      for name in rollout.split.versions.sorted() {
        guard let version = state.versions[name], version !== main, let index = UInt8(exactly: versions.count) else {
          continue
        }
        indices[name] = index
        versions.append(version)
      }
      // Nearly every function has one version, which needs no table.
      let slots = versions.count > 1 ? rollout.split.expanded().map { indices[$0] ?? 0 } : []
      state.table = Table(versions: versions, slots: slots)
      isSplit.store(versions.count > 1, ordering: .releasing)
    }
  }

  /// Whether there is anything to choose.
  var areSplit: Bool { isSplit.load(ordering: .acquiring) }

  /// Who handles an event; nil where there is nothing to choose.
  func version(of event: Event, caller: Caller) -> Version? {
    guard isSplit.load(ordering: .acquiring) else { return nil }
    let table = state.withLock { $0.table }
    return table.version(of: VersionSplit.slot(of: key.key(of: event, caller: caller), function: specification.name))
  }

  /// Runs an event on the version that it belongs to.
  func handle(_ event: Event, _ context: Context, on version: Version) async throws -> Response {
    var context = context
    context.functionVersion = version.name
    context.logger[metadataKey: "version"] = .string(version.name)
    let began = ContinuousClock.now
    do {
      let response = try await version.function.handle(event, context)
      version.count(.success, nanoseconds: (ContinuousClock.now - began).wholeNanoseconds)
      return response
    } catch {
      count(error, version, began, context.deadline, events: 1)
      throw error
    }
  }

  /// Runs a batch, each event on the version that it belongs to; nil where there is nothing to choose.
  func handle(batch events: [Event], _ context: Context) async -> [Result<Response, any Error>]? {
    guard isSplit.load(ordering: .acquiring) else { return nil }
    var groups: [(version: Version, indices: [Int])] = []
    for (index, event) in events.enumerated() {
      guard let version = version(of: event, caller: context.caller) else { return nil }
      if let group = groups.firstIndex(where: { $0.version === version }) {
        groups[group].indices.append(index)
      } else {
        groups.append((version, [index]))
      }
    }
    let missing = FunctionError(.transient, code: "resultMissing", "the function gave no result for this event")
    var results: [Result<Response, any Error>] = events.map { _ in .failure(missing) }
    for (version, indices) in groups {
      var context = context
      context.functionVersion = version.name
      context.logger[metadataKey: "version"] = .string(version.name)
      let began = ContinuousClock.now
      let answers = await version.function.handle(batch: indices.map { events[$0] }, context)
      let nanoseconds = (ContinuousClock.now - began).wholeNanoseconds / Int64(max(1, indices.count))
      for (index, answer) in zip(indices, answers) {
        results[index] = answer
        if let error = answer.failure {
          count(error, version, began, context.deadline, events: indices.count)
        } else {
          version.count(.success, nanoseconds: nanoseconds)
        }
      }
    }
    return results
  }

  private func count(
    _ error: any Error, _ version: Version, _ began: ContinuousClock.Instant, _ deadline: ContinuousClock.Instant,
    events: Int
  ) {
    let now = ContinuousClock.now
    var outcome = InvocationOutcome(error)
    if outcome == .cancelled {
      // Who went away or stops says nothing about the version; who was too late does.
      guard now >= deadline else { return }
      outcome = .deadlineExceeded
    }
    version.count(outcome, nanoseconds: (now - began).wholeNanoseconds / Int64(max(1, events)))
  }
}
