import FunctionKit
import Logging
import Synchronization
import Testing

@testable import TriggerRuntime

/// Traffic that is shared among versions while functions run.
struct RolloutKeeperTests {
  /// One instance of the service: its functions and what keeps their shares.
  private struct Instance {
    let versions: FunctionVersions
    let keeper: RolloutKeeper
    let seen = Seen()

    init(
      _ specification: FunctionSpecification, _ store: any KeyValueStore, _ clock: ManualClock,
      failing: @escaping @Sendable (String, Int) -> Bool = { _, _ in false }
    ) throws {
      let seen = seen
      func function(_ version: String) throws -> any Function {
        ClosureFunction(try Self.setup(version)) { event, context in
          let count = seen.add(event.subject ?? "", version)
          #expect(context.functionVersion == version)
          if failing(version, count) { throw FunctionError(.transient, code: "broken", "not today") }
          return .noContent
        }
      }
      var others: [String: any Function] = [:]
      for (name, version) in specification.versions where version.remote == nil { others[name] = try function(name) }
      versions = try FunctionVersions(
        specification, main: try function(specification.version), others: others, metrics: PrometheusMetrics())
      keeper = RolloutKeeper([versions], store: store, now: { clock.now() }, logger: Harness.logger)
    }

    private static func setup(_ version: String) throws -> FunctionSetup {
      FunctionSetup(name: "settle", version: version, bindings: [:], clock: AdjustableClock(), logger: Harness.logger)
    }

    func handle(_ ride: Int) async {
      let event = Event(id: "e", source: "/t", type: "t", subject: "ride-\(ride)")
      let context = Context(
        functionName: "settle", functionVersion: "1", logger: Harness.logger, deadline: .now + .seconds(60),
        clock: AdjustableClock())
      if let version = versions.version(of: event, caller: .anonymous) {
        _ = try? await versions.handle(event, context, on: version)
      } else {
        _ = seen.add("ride-\(ride)", "all")
      }
    }

    var weight: Double { keeper.report("settle")?.versions.first { $0.name == "2" }?.weight ?? -1 }
  }

  /// Which version saw which rides.
  private final class Seen: Sendable {
    private let state = Mutex<(rides: [String: Set<String>], events: [String: Int])>(([:], [:]))

    func add(_ ride: String, _ version: String) -> Int {
      state.withLock { state in
        state.rides[ride, default: []].insert(version)
        state.events[version, default: 0] += 1
        return state.events[version] ?? 0
      }
    }

    var rides: [String: Set<String>] { state.withLock { $0.rides } }
    var events: [String: Int] { state.withLock { $0.events } }
  }

  private static func specification(
    weight: Double = 20, _ change: (inout RolloutSpecification) -> Void = { _ in }
  ) -> FunctionSpecification {
    var specification = FunctionSpecification(name: "settle", handler: "Settle")
    specification.versions["2"] = VersionSpecification(environment: ["X": "2"], weight: weight)
    change(&specification.rollout)
    return specification
  }

  private static let begin = EventTime(unixMilliseconds: 1_000_000_000_000)

  @Test func `two instances give every ride to the same version, 80 to 20`() async throws {
    let (store, clock) = (MemoryKeyValueStore(), ManualClock(now: Self.begin))
    let first = try Instance(Self.specification(), store, clock)
    let second = try Instance(Self.specification(), store, clock)
    await first.keeper.look()
    await second.keeper.look()
    for event in 0..<100_000 {
      let ride = event % 20_000
      // The events of a ride come to either instance in turn.
      await (event / 20_000 % 2 == 0 ? first : second).handle(ride)
    }
    var all = first.seen.rides
    all.merge(second.seen.rides) { $0.union($1) }
    #expect(all.count == 20_000)
    #expect(all.values.allSatisfy { $0.count == 1 })
    let events = (first.seen.events["2"] ?? 0) + (second.seen.events["2"] ?? 0)
    #expect(abs(Double(events) / 1_000 - 20) < 1)
  }

  @Test func `a version that fails a third of its events is rolled back within the window by itself`() async throws {
    let (store, clock) = (MemoryKeyValueStore(), ManualClock(now: Self.begin))
    let specification = Self.specification { $0.window = .seconds(60) }
    let failing: @Sendable (String, Int) -> Bool = { version, count in version == "2" && count % 3 == 0 }
    let first = try Instance(specification, store, clock, failing: failing)
    let second = try Instance(specification, store, clock, failing: failing)
    var seconds = 0
    while seconds < 60, first.weight > 0 || seconds == 0 {
      for event in 0..<100 { await (event % 2 == 0 ? first : second).handle(seconds * 100 + event) }
      clock.advance(by: .seconds(1))
      seconds += 1
      await first.keeper.look()
      await second.keeper.look()
    }
    // 20 events a second on version 2: after 100 of them, about 5 s, it is judged.
    #expect(first.weight == 0 && second.weight == 0)
    #expect(seconds < 15, "it took \(seconds) s")
    let report = try #require(second.keeper.report("settle"))
    #expect(report.stable == "1")
    #expect(report.versions.first { $0.name == "2" }?.failure?.contains("failed") == true)
    #expect(report.changes.last?.text.contains("rolled back") == true)
    let before = first.seen.events["2"]
    for ride in 0..<1_000 { await first.handle(ride) }
    #expect(first.seen.events["2"] == before)
    // It stays so.
    clock.advance(by: .seconds(300))
    await first.keeper.look()
    #expect(first.weight == 0)
  }

  @Test func `failures that the stable version has as well condemn nobody`() async throws {
    let (store, clock) = (MemoryKeyValueStore(), ManualClock(now: Self.begin))
    let instance = try Instance(Self.specification(weight: 50), store, clock) { _, count in count % 3 == 0 }
    for second in 0..<30 {
      for event in 0..<100 { await instance.handle(second * 100 + event) }
      clock.advance(by: .seconds(1))
      await instance.keeper.look()
    }
    #expect(instance.weight == 50)
  }

  @Test func `a good version is raised step by step and becomes the stable one`() async throws {
    let (store, clock) = (MemoryKeyValueStore(), ManualClock(now: Self.begin))
    let specification = Self.specification(weight: 0) { plan in
      plan.version = "2"
      plan.steps = [10, 50, 100]
      plan.interval = .seconds(10)
      plan.minEvents = 50
    }
    let first = try Instance(specification, store, clock)
    let second = try Instance(specification, store, clock)
    await first.keeper.look()
    await second.keeper.look()
    #expect(first.weight == 10 && second.weight == 10)
    // Without events nobody knows anything, and nothing is raised.
    clock.advance(by: .seconds(120))
    await first.keeper.look()
    #expect(first.weight == 10)
    var weights: [Double] = []
    for second_ in 0..<60 {
      for event in 0..<100 { await (event % 2 == 0 ? first : second).handle(second_ * 100 + event) }
      clock.advance(by: .seconds(1))
      await first.keeper.look()
      await second.keeper.look()
      if weights.last != second.weight { weights.append(second.weight) }
    }
    #expect(weights == [10, 50, 100])
    #expect(first.keeper.report("settle")?.stable == "2")
    #expect(first.keeper.report("settle")?.previous == "1")
    // Every ride moved once at most, and from the old version to the new one.
    var all = first.seen.rides
    all.merge(second.seen.rides) { $0.union($1) }
    #expect(all.values.allSatisfy { $0.count == 1 })
  }

  @Test func `weights change while running, by hand, on all instances`() async throws {
    let (store, clock) = (MemoryKeyValueStore(), ManualClock(now: Self.begin))
    let first = try Instance(Self.specification(weight: 0), store, clock)
    let second = try Instance(Self.specification(weight: 0), store, clock)
    try await first.keeper.setWeight("settle", "2", percent: 35, remote: nil)
    await second.keeper.look()
    #expect(first.weight == 35 && second.weight == 35)
    try await second.keeper.promote("settle", "2")
    await first.keeper.look()
    #expect(first.weight == 100)
    try await first.keeper.rollBack("settle", reason: "too hasty")
    await second.keeper.look()
    #expect(second.weight == 0 && second.keeper.report("settle")?.stable == "1")
    await #expect(throws: FunctionError.self) { try await first.keeper.rollBack("settle", reason: "again") }
    await #expect(throws: FunctionError.self) {
      try await first.keeper.setWeight("settle", "1", percent: 10, remote: nil)
    }
    await #expect(throws: FunctionError.self) {
      try await first.keeper.setWeight("settle", "9", percent: 10, remote: nil)
    }
    await #expect(throws: FunctionError.self) { try await first.keeper.promote("other", "2") }
    // A version at a URL that nobody knew.
    try await first.keeper.setWeight(
      "settle", "3", percent: 5, remote: RemoteVersion(url: "http://127.0.0.1:9/", mode: .structured))
    await second.keeper.look()
    #expect(second.keeper.report("settle")?.versions.first { $0.name == "3" }?.url == "http://127.0.0.1:9/")
    #expect(second.keeper.report("settle")?.versions.first { $0.name == "3" }?.weight == 5)
  }

  @Test func `a store that lost everything gets the shares back`() async throws {
    let (store, clock) = (MemoryKeyValueStore(), ManualClock(now: Self.begin))
    let instance = try Instance(Self.specification(weight: 0), store, clock)
    try await instance.keeper.setWeight("settle", "2", percent: 35, remote: nil)
    try await store.remove("versions/settle")
    await instance.keeper.look()
    let other = try Instance(Self.specification(weight: 0), store, clock)
    await other.keeper.look()
    #expect(instance.weight == 35 && other.weight == 35)
  }

  @Test func `a state is the same after JSON`() throws {
    var state = RolloutState(
      Self.specification { plan in
        plan.version = "2"
        plan.steps = [30, 60]
      }, now: Self.begin)
    state.remotes["3"] = RemoteVersion(url: "http://h/", mode: .structured, timeout: .milliseconds(20))
    state.rollBack("2", reason: "\"why\"", now: Self.begin)
    try state.setWeight("3", percent: 1.5, now: Self.begin)
    #expect(RolloutState(json: state.json()) == state)
    #expect(RolloutState(json: Array("{}".utf8)) == nil)
    #expect(RolloutState(json: []) == nil)
  }
}
