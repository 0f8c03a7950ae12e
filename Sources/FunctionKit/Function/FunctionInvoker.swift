/// Calls functions by their names, along the same path as a trigger: worker pool, deadline, log.
public protocol FunctionInvoker: Sendable {
  /// Hands an event to a function and waits for its answer.
  /// - Parameters:
  ///   - function: the function's name, as in its function.yaml.
  ///   - event: what happened.
  ///   - caller: on whose behalf.
  /// - Returns: the function's answer.
  /// - Throws: what the function throws, or the runtime's reason not to call it or not to wait longer.
  func invoke(function: String, _ event: Event, as caller: Caller) async throws -> Response
}
