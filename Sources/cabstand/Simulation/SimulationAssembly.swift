import DispatchCore
import DispatchState
import FunctionKit
import Logging
import RedisState
import Replay
import TriggerRuntime

/// Wires functions and stores in memory into what a simulation runs.
struct SimulationAssembly {
  /// The functions as their function.yaml has them.
  let specifications: [FunctionSpecification]
  let regions: RegionMap

  /// - Parameters:
  ///   - regions: the markets that there are.
  ///   - functions: a folder of function folders that override the carried ones; nil takes those.
  init(regions: RegionMap, functions: String? = nil) throws {
    self.regions = regions
    let reader = SpecificationReader(environment: ProcessInformation.environment)
    specifications = try FunctionCatalog.specifications(overriddenBy: functions).map { file, text in
      try reader.read(text, file: file)
    }
  }

  /// Builds fresh stores and functions for one run.
  /// - Parameters:
  ///   - scenario: the day; only regions in which somebody asks for a ride are served.
  ///   - policy: how functions are set.
  ///   - knowledge: what the dispatcher learned before.
  ///   - prices: takes the price of every zone in every tick, as lines of CSV.
  func parts(
    for scenario: Scenario, policy: SimulationPolicy, knowledge: DispatcherKnowledge = DispatcherKnowledge(),
    prices: (@Sendable ([UInt8]) -> Void)? = nil
  ) async throws -> SimulationParts {
    let clock = ManualClock(now: EventTime(unixMilliseconds: scenario.startMilliseconds))
    let configuration = DispatchConfiguration(regions: served(scenario), speeds: knowledge.speeds)
    let regionIDs = configuration.regions.regions.map(\.id)
    let models = HeldModels()
    let stores = StoreSet.memory(models: models)
    for region in regionIDs {
      if let city = knowledge.city { models.put(LiveModel(version: "history", city: city), for: region) }
      for vehicleClass in VehicleClass.allCases {
        try await stores.record.add(.standard(region: region, vehicleClass: vehicleClass))
      }
    }
    let follower = FleetFollower(fleet: stores.fleet, drivers: stores.record, regions: regionIDs)
    for region in regionIDs { _ = try await follower.catchUp(region) }
    let logger = Logger(label: "simulate", factory: { _ in SwiftLogNoOpLogHandler() })
    let invoker = DirectInvoker(clock: clock, logger: logger)
    // In a city of roads the dispatcher knows them as well as its drivers do.
    let learned = LearnedTravelTimes(models: stores.models, speeds: configuration.speeds)
    let travelTimes = scenario.travelTime.roads.map { RoadTravelTimes(roads: $0, fallback: learned) }
    var opener = try BindingOpener(
      Bindings.all(
        stores, follower: follower, configuration: configuration, workbench: PlainWorkbench(), travelTimes: travelTimes)
    )
    let registry = FunctionCatalog.registry()
    var functions: [SimulatedFunction] = []
    var freshnessSeconds = 60
    var offersNextRides = false
    for specification in policy.applied(to: specifications) where !specification.isDisabled {
      if specification.name == "match-riders" {
        freshnessSeconds = specification.environment["FRESHNESS_SECONDS"].flatMap { Int($0) } ?? freshnessSeconds
        offersNextRides = specification.environment["NEXT_RIDE_SECONDS"].flatMap { Int($0) } ?? 0 > 0
      }
      var bindings = try await opener.open(specification)
      if specification.name == "price-zones", let prices {
        bindings["surge"] = PriceLog(store: stores.fleet, write: prices)
      }
      let setup = FunctionSetup(
        name: specification.name, version: specification.version, bindings: bindings,
        environment: specification.environment, clock: clock, logger: logger, functions: invoker)
      let function = try registry.build(specification.handler, setup)
      invoker.add(function, named: specification.name)
      functions.append(try Self.simulated(specification, function))
    }
    return SimulationParts(
      clock: clock, record: stores.record, fleet: stores.fleet, regions: regionIDs, functions: functions,
      event: { OutboxEvent.event($0) }, freshnessSeconds: freshnessSeconds,
      offersNextRides: offersNextRides)
  }

  private static func simulated(
    _ specification: FunctionSpecification, _ function: any Function
  ) throws -> SimulatedFunction {
    var simulated = SimulatedFunction(
      name: specification.name, version: specification.version, function: function)
    for (name, trigger) in specification.triggers.sorted(by: { $0.key < $1.key }) where !trigger.isDisabled {
      switch trigger.kind {
      case "cron":
        let timetable = try CronTimetable(trigger, origin: "trigger \(name) of function \(specification.name)")
        simulated.ticks.append(SimulatedFunction.Tick(trigger: name) { timetable.next(after: $0) })
      case "redis-stream", "postgres": simulated.streams.append(name)
      default: break
      }
    }
    return simulated
  }

  /// The regions in which somebody asks for a ride; all where nobody does.
  private func served(_ scenario: Scenario) -> RegionMap {
    let used = regions.regions.filter { region in
      scenario.requests.contains { region.bounds.contains($0.pickup) && region.bounds.contains($0.dropoff) }
    }
    return RegionMap(used) ?? regions
  }
}
