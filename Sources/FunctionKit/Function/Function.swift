/// A stateless handler of events: built once from its bindings, called for every event, in as many concurrent invocations as its
/// trigger's workers allow.
///
/// Everything that outlives an invocation belongs behind a data binding.
public protocol Function: Sendable {
  /// Builds the function from what its function.yaml names.
  /// - Parameter setup: bindings, settings and environment.
  /// - Throws: `SetupError` where a binding or a setting is missing or of the wrong kind.
  init(_ setup: FunctionSetup) throws

  /// Handles one event.
  /// - Parameters:
  ///   - event: what happened.
  ///   - context: logger, deadline, clock, caller and attempt of this invocation.
  /// - Returns: the answer; triggers that have nobody to answer look only at failures.
  /// - Throws: `FunctionError`; anything else counts as an internal failure and is retried by the trigger's policy.
  func handle(_ event: Event, _ context: Context) async throws -> Response

  /// Handles several events of one trigger at once.
  ///
  /// The default handles them one after the other. A function overrides it where a batch saves work.
  /// - Returns: one result per event, in their order.
  func handle(batch events: [Event], _ context: Context) async -> [Result<Response, any Error>]
}

extension Function {
  /// Handles the events one after the other.
  public func handle(batch events: [Event], _ context: Context) async -> [Result<Response, any Error>] {
    var results: [Result<Response, any Error>] = []
    results.reserveCapacity(events.count)
    for event in events {
      do {
        results.append(.success(try await handle(event, context)))
      } catch {
        results.append(.failure(error))
      }
    }
    return results
  }
}
