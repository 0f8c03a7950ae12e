import FunctionKit

/// How an invocation ended, as the bounded label of a metric.
enum InvocationOutcome: String, CaseIterable, Sendable {
  case success
  case badInput, unprocessable, notFound, forbidden, conflict, gone, overloaded, transient
  case error
  case cancelled
  case deadlineExceeded

  /// The outcome of a failure.
  init(_ error: any Error) {
    switch error {
    case let error as FunctionError:
      self = InvocationOutcome(rawValue: error.kind.rawValue) ?? .error
    case is CancellationError: self = .cancelled
    case InvocationError.deadlineExceeded: self = .deadlineExceeded
    default: self = .error
    }
  }
}
