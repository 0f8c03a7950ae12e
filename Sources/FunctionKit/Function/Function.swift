/// A stateless handler of events: built once from its bindings, called for every event, in as many concurrent invocations as its
/// trigger's workers allow.
///
/// Everything that outlives an invocation belongs behind a data binding.
public protocol Function: Sendable {
  /// Builds the function from what its function.yaml names.
  /// - Parameter setup: bindings, settings and environment.
  /// - Throws: `SetupError` where a binding or a setting is missing or of the wrong kind.
  init(_ setup: FunctionSetup) throws

  /// Whether it never computes for long between two suspensions; false where it does not say.
  ///
  /// The invocations of such a function begin on the thread of whoever hands the event over, an event loop of the server for instance, which spares
  /// a change of thread. One that says so and computes for long anyway holds up that thread and its own cancellation.
  static var isBrief: Bool { get }

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
  /// Nothing is known of how long it computes.
  public static var isBrief: Bool { false }

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
