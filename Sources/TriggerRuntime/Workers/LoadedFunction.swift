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

  /// Recorder and versions, to be looked at for every event without counting references.
  private let watching: (recorder: Unmanaged<Recorder>?, versions: Unmanaged<FunctionVersions>?)

  /// Whether its invocations may begin on the thread of whoever hands the event over.
  let isBrief: Bool

  var name: String { specification.name }

  init(
    specification: FunctionSpecification, function: any Function, logger: Logger, clock: any WallClock,
    tracer: Tracer? = nil, versions: FunctionVersions? = nil, recorder: Recorder? = nil, gate: FunctionGate? = nil
  ) {
    watching = (recorder.map { .passUnretained($0) }, versions.map { .passUnretained($0) })
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

  /// Whether no function is recorded and there is one version, so that its events need not be looked at.
  var isUndivided: Bool {
    !(watching.recorder?._withUnsafeGuaranteedRef { $0.isActive } ?? false)
      && !(watching.versions?._withUnsafeGuaranteedRef { $0.areSplit } ?? false)
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
      let id = CurrentInvocation.eventID
      return id.isEmpty ? [:] : ["event": .string(id)]
    }
    let others = logger.metadataProvider.map { [$0] } ?? []
    logger.handler.metadataProvider = .multiplex(others + [provider]) ?? provider
    return logger
  }
}

/// The event at hand, for the log.
enum CurrentInvocation {
  /// Its id; empty outside an invocation: an optional one would cost each event more.
  @TaskLocal static var eventID = ""
}
