import DispatchCore
import DispatchState
import FunctionKit
import Logging
import Replay
import TriggerRuntime

/// Runs a recorded feed again: on stores in memory that begin empty, in the recorded clock, one invocation after the other.
struct FeedRun {
  /// How the run went.
  struct Report: Sendable {
    var invocations = 0
    var skipped = 0
    var differences: [FeedDifference] = []
    /// Invocations that differ, by function.
    var differing: [String: Int] = [:]
  }

  /// The functions whose outputs are compared; nil for all.
  var compared: Set<String>?
  /// Names of members that may differ.
  var ignored: Set<String> = []
  /// Where a function.yaml overrides the carried one.
  var directory: String?
  var map: RegionMap

  /// Runs the feed.
  /// - Throws: `SetupError` where a function cannot be built.
  func run(_ feed: FeedFile) async throws -> Report {
    let clock = ManualClock(now: feed.invocations.first?.invocation.time ?? EventTime(unixMilliseconds: 0))
    let functions = try await functions(feed, clock)
    var report = Report()
    let known = Set(functions.keys)
    for (line, invocation) in feed.invocations {
      // What a function called is called again by that function.
      guard invocation.event.trigger.kind != "direct", let function = functions[invocation.function] else {
        if !known.contains(invocation.function) {
          report.differences.append(
            FeedDifference(
              line: line, function: invocation.function, event: invocation.event.id, path: "function",
              recorded: "there", now: "unknown"))
        }
        report.skipped += 1
        continue
      }
      clock.advance(to: invocation.time)
      let (outcome, log) = await Self.invoke(function, invocation, clock)
      report.invocations += 1
      guard compared?.contains(invocation.function) ?? true else { continue }
      let found = FeedDifference.find(line, invocation, outcome: outcome, log: log, ignored: ignored)
      if !found.isEmpty { report.differing[invocation.function, default: 0] += 1 }
      report.differences += found
    }
    return report
  }

  private static func invoke(
    _ function: any Function, _ invocation: RecordedInvocation, _ clock: ManualClock
  ) async -> (RecordedInvocation.Outcome, [RecordedInvocation.Line]) {
    let lines = CapturedLines()
    let context = Context(
      functionName: invocation.function, functionVersion: invocation.version,
      logger: Logger.silent(invocation.function).capturing(lines), deadline: .now + .seconds(3_600), clock: clock,
      caller: invocation.caller, attempt: invocation.attempt)
    do {
      return (.init(.success(try await function.handle(invocation.event, context))), lines.all)
    } catch {
      return (.init(.failure(error)), lines.all)
    }
  }

  /// Every function of the program on fresh stores.
  private func functions(_ feed: FeedFile, _ clock: ManualClock) async throws -> [String: any Function] {
    let served = map.regions.filter { feed.regions.isEmpty || feed.regions.contains($0.id.description) }
    let configuration = DispatchConfiguration(regions: RegionMap(served) ?? map)
    let regionIDs = configuration.regions.regions.map(\.id)
    let stores = StoreSet.memory(models: HeldModels())
    for region in regionIDs {
      for vehicleClass in VehicleClass.allCases {
        try await stores.record.add(.standard(region: region, vehicleClass: vehicleClass))
      }
    }
    let follower = FleetFollower(fleet: stores.fleet, drivers: stores.record, regions: regionIDs)
    for region in regionIDs { _ = try await follower.catchUp(region) }
    let logger = Logger.silent("test-feed")
    let invoker = DirectInvoker(clock: clock, logger: logger)
    let learned = LearnedTravelTimes(models: stores.models, speeds: configuration.speeds)
    var opener = try BindingOpener(
      Bindings.all(
        stores, follower: follower, configuration: configuration, workbench: PlainWorkbench(), travelTimes: learned))
    let reader = SpecificationReader(environment: ProcessInformation.environment)
    let registry = FunctionCatalog.registry()
    var functions: [String: any Function] = [:]
    for (file, text) in FunctionCatalog.specifications(overriddenBy: directory) {
      let specification = try reader.read(text, file: file)
      guard !specification.isDisabled else { continue }
      let setup = FunctionSetup(
        name: specification.name, version: specification.version, bindings: try await opener.open(specification),
        environment: specification.environment, clock: clock, logger: logger, functions: invoker)
      let function = try registry.build(specification.handler, setup)
      invoker.add(function, named: specification.name)
      functions[specification.name] = function
    }
    return functions
  }
}
