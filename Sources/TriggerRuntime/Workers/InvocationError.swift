/// Why an invocation got no answer from its function.
public enum InvocationError: String, Error, Sendable, CaseIterable, CustomStringConvertible {
  /// The invocation was not done by its deadline and was cancelled.
  case deadlineExceeded
  /// No worker became free within the trigger's wait limit.
  case noWorkerFree
  /// As many invocations wait for a worker as may wait.
  case queueFull
  /// As many invocations of the function are at work as it may have.
  case tooManyInFlight
  /// The function failed so often that it is not tried for a while.
  case circuitOpen
  /// The runtime is about to stop and takes nothing new.
  case shuttingDown
  /// No function has that name, or it is disabled.
  case unknownFunction

  /// The stable code and what it means.
  public var description: String { "\(rawValue): \(detail)" }

  /// What happened, for people.
  var detail: String {
    switch self {
    case .deadlineExceeded: "the function was not done by its deadline"
    case .noWorkerFree: "no worker became free in time"
    case .queueFull: "too many invocations wait for a worker"
    case .tooManyInFlight: "as many invocations are at work as the function may have"
    case .circuitOpen: "the function failed too often and is not tried for a while"
    case .shuttingDown: "the service is about to stop"
    case .unknownFunction: "no function has that name"
    }
  }

  /// The HTTP status that answers it.
  var status: Int {
    switch self {
    case .deadlineExceeded: 504
    case .noWorkerFree, .shuttingDown, .circuitOpen: 503
    case .queueFull, .tooManyInFlight: 429
    case .unknownFunction: 404
    }
  }
}
