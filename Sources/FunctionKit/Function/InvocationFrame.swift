package import Logging

/// What the contexts of many invocations have in common, so that each holds one reference to it instead of copies.
package final class InvocationFrame: Sendable {
  /// The function's name.
  package let functionName: String
  /// The function's version.
  package let functionVersion: String
  /// A logger that carries function and trigger.
  package let logger: Logger
  /// The process's clock.
  package let clock: any WallClock

  /// Creates what invocations have in common.
  package init(functionName: String, functionVersion: String, logger: Logger, clock: any WallClock) {
    self.functionName = functionName
    self.functionVersion = functionVersion
    self.logger = logger
    self.clock = clock
  }
}
