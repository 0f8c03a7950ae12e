import FunctionKit

/// How an invocation ended, as the bounded label of a metric.
enum InvocationOutcome: String, CaseIterable, Sendable {
  case success
  case badInput, unprocessable, notFound, forbidden, conflict, gone, overloaded, transient
  case error
  case cancelled
  case deadlineExceeded

  /// Whose fault a failure is: a bounded label for histograms.
  enum Class: String, CaseIterable, Sendable {
    case success
    /// The event's or the caller's.
    case rejected
    /// Ours, or that of something behind us.
    case failed
  }

  /// Whose fault it is.
  var `class`: Class {
    switch self {
    case .success: .success
    case .badInput, .unprocessable, .notFound, .forbidden, .conflict, .gone: .rejected
    case .overloaded, .transient, .error, .cancelled, .deadlineExceeded: .failed
    }
  }

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
