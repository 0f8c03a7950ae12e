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
  /// What stands before all its invocations; nil where nothing does.
  let gate: FunctionGate?

  var name: String { specification.name }

  init(
    specification: FunctionSpecification, function: any Function, logger: Logger, clock: any WallClock,
    tracer: Tracer? = nil, gate: FunctionGate? = nil
  ) {
    self.gate = gate
    self.tracer = tracer
    self.specification = specification
    self.function = function
    self.logger = logger
    self.clock = clock
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
