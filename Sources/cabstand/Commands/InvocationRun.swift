import DispatchCore
import DispatchState
import FunctionKit
import Logging
import TriggerRuntime

/// Runs one function once in this process: on memory bindings, in the caller's task, with nothing else started.
///
/// Not by a runtime, whose worker pools and event loops take longer to start than most functions take to answer.
final class InvocationRun: FunctionInvoker {
  private let reader = SpecificationReader(environment: ProcessInformation.environment)
  private let registry = FunctionCatalog.registry()
  private let clock = AdjustableClock()
  private let logger: Logger
  private let configuration = DispatchConfiguration()
  private let stores = StoreSet.memory()
  private let follower: FleetFollower

  /// Prepares stores; builds no function yet.
  init(_ logger: Logger) async throws {
    self.logger = logger
    for region in configuration.regions.regions {
      for vehicleClass in VehicleClass.allCases {
        try await stores.record.add(.standard(region: region.id, vehicleClass: vehicleClass))
      }
    }
    follower = FleetFollower(
      fleet: stores.fleet, drivers: stores.record, regions: configuration.regions.regions.map(\.id))
  }

  /// What a function's function.yaml says; nil where there is no such function.
  func specification(_ name: String) throws -> FunctionSpecification? {
    guard let (file, text) = FunctionCatalog.specification(of: name) else { return nil }
    return try reader.read(text, file: file)
  }

  /// Runs a function on an event, within its `eventTimeout`.
  func invoke(_ specification: FunctionSpecification, _ event: Event, as caller: Caller) async throws -> Response {
    var opener = try BindingOpener(Bindings.all(stores, follower: follower, configuration: configuration))
    var logger = logger
    logger[metadataKey: "function"] = .string(specification.name)
    let setup = FunctionSetup(
      name: specification.name, version: specification.version, bindings: try await opener.open(specification),
      environment: specification.environment, clock: clock, logger: logger, functions: self)
    let function = try registry.build(specification.handler, setup)
    let context = Context(
      functionName: specification.name, functionVersion: specification.version, logger: logger,
      deadline: .now + specification.eventTimeout, clock: clock, caller: caller)
    let task = Task { try await function.handle(event, context) }
    let alarm = Task {
      try await Task.sleep(until: context.deadline)
      task.cancel()
    }
    defer { alarm.cancel() }
    do {
      return try await task.value
    } catch is CancellationError where ContinuousClock.now >= context.deadline {
      throw InvocationError.deadlineExceeded
    }
  }

  func invoke(function name: String, _ event: Event, as caller: Caller) async throws -> Response {
    guard let specification = try specification(name) else { throw InvocationError.unknownFunction }
    return try await invoke(specification, event, as: caller)
  }
}
