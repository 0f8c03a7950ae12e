import CoreMetrics
import FunctionKit
import Logging

/// A function that was built, with what its invocations need.
final class LoadedFunction: Sendable {
  let specification: FunctionSpecification
  let function: any Function
  let logger: Logger
  let clock: any WallClock
  let tracer: Tracer?
  /// Its versions; nil where only one can be.
  let versions: FunctionVersions?
  /// Writes down what it sees; nil where nobody can ask for that.
  let recorder: Recorder?
  /// What stands before all its invocations; nil where nothing does.
  let gate: FunctionGate?

  /// Whether its invocations may begin on the thread of whoever hands the event over.
  let isBrief: Bool

  var name: String { specification.name }

  init(
    specification: FunctionSpecification, function: any Function, logger: Logger, clock: any WallClock,
    tracer: Tracer? = nil, versions: FunctionVersions? = nil, recorder: Recorder? = nil, gate: FunctionGate? = nil
  ) {
    self.versions = versions
    self.recorder = recorder
    self.gate = gate
    self.tracer = tracer
    self.specification = specification
    self.function = function
    isBrief = type(of: function).isBrief
    self.logger = logger
    self.clock = clock
  }

  /// Whether nobody records and there is one version, so that its events need not be looked at.
  var isUndivided: Bool {
    if let recorder, recorder.isOn(name) { return false }
    if let versions, versions.areSplit { return false }
    return true
  }

  /// Runs the function, in the version that the event belongs to.
  nonisolated(nonsending) func handle(_ event: Event, _ context: Context) async throws -> Response {
    if let recorder, recorder.isOn(name) { return try await recorder.record(self, event, context) }
    if let versions, let version = versions.version(of: event, caller: context.caller) {
      return try await versions.handle(event, context, on: version)
    }
    return try await function.handle(event, context)
  }

  /// Runs the function, in the version that the event belongs to, whether or not somebody records.
  nonisolated(nonsending) func handleUnrecorded(_ event: Event, _ context: Context) async throws -> Response {
    if let versions, let version = versions.version(of: event, caller: context.caller) {
      return try await versions.handle(event, context, on: version)
    }
    return try await function.handle(event, context)
  }

  /// Runs the function on a batch, each event in the version that it belongs to.
  func handle(batch events: [Event], _ context: Context) async -> [Result<Response, any Error>] {
    if let recorder, recorder.isOn(name) { return await recorder.record(self, batch: events, context) }
    return await handleUnrecorded(batch: events, context)
  }

  /// Runs the function on a batch, each event in the version that it belongs to, whether or not somebody records.
  func handleUnrecorded(batch events: [Event], _ context: Context) async -> [Result<Response, any Error>] {
    if let results = await versions?.handle(batch: events, context) { return results }
    return await function.handle(batch: events, context)
  }

  /// A logger for one trigger's invocations, which adds the id of the event at hand.
  func logger(trigger: String) -> Logger {
    var logger = self.logger
    logger[metadataKey: "trigger"] = .string(trigger)
    let provider = Logger.MetadataProvider {
      CurrentInvocation.eventID.map { ["event": .string($0)] } ?? [:]
    }
    let others = logger.metadataProvider.map { [$0] } ?? []
    logger.handler.metadataProvider = .multiplex(others + [provider]) ?? provider
    return logger
  }
}

/// The event at hand, for the log.
enum CurrentInvocation {
  @TaskLocal static var eventID: String?
}
