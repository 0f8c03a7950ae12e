package import FunctionKit
package import Logging
import Synchronization

/// Calls functions by their names in the caller's own task: nothing is queued, so that a simulation stays in order.
package final class DirectInvoker: FunctionInvoker {
  private let functions = Mutex<[String: any Function]>([:])
  private let clock: any WallClock
  private let logger: Logger

  /// Creates an invoker that knows no function yet.
  package init(clock: any WallClock, logger: Logger) {
    self.clock = clock
    self.logger = logger
  }

  /// Makes a function known.
  package func add(_ function: any Function, named name: String) {
    functions.withLock { $0[name] = function }
  }

  /// Calls a function.
  package func invoke(function name: String, _ event: Event, as caller: Caller) async throws -> Response {
    guard let function = functions.withLock({ $0[name] }) else {
      throw FunctionError(.notFound, code: "unknownFunction", "There is no function \(name).")
    }
    let context = Context(
      functionName: name, logger: logger, deadline: ContinuousClock.now + .seconds(3_600), clock: clock, caller: caller)
    return try await function.handle(event, context)
  }
}
