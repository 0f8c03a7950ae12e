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

    /// Where it stands among all cases.
    var index: Int {
      switch self {
      case .success: 0
      case .rejected: 1
      case .failed: 2
      }
    }
  }

  /// Where it stands among all cases.
  var index: Int {
    switch self {
    case .success: 0
    case .badInput: 1
    case .unprocessable: 2
    case .notFound: 3
    case .forbidden: 4
    case .conflict: 5
    case .gone: 6
    case .overloaded: 7
    case .transient: 8
    case .error: 9
    case .cancelled: 10
    case .deadlineExceeded: 11
    }
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
