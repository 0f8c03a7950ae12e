import CoreMetrics
import FunctionKit
import Synchronization

/// What stands before all invocations of a function: how many may be at work at once, and whether they are worth trying.
final class FunctionGate: Sendable {
  /// An invocation that was let in.
  struct Admission: Sendable {
    let pass: CircuitBreaker.Pass?
  }

  private let maxInFlight: Int
  private let breaker: CircuitBreaker?
  private let inFlight = Atomic(0)
  private let refusals: Counter

  /// Creates a gate; nil where a function has no target that asks for one.
  init?(_ target: ResilienceConfiguration.FunctionTarget?, function: String, metrics: any MetricsFactory) {
    guard let target, target.maxInFlight != nil || target.circuitBreaker != nil else { return nil }
    maxInFlight = target.maxInFlight ?? .max
    breaker = target.circuitBreaker.map { CircuitBreaker("function \(function)", $0, metrics: metrics) }
    refusals = Counter(
      label: "cabstand_in_flight_refusals", dimensions: [("function", function)], factory: metrics)
  }

  /// Lets an invocation in, or says why not.
  func enter() -> Result<Admission, InvocationError> {
    guard inFlight.add(1, ordering: .relaxed).newValue <= maxInFlight else {
      inFlight.subtract(1, ordering: .relaxed)
      refusals.increment()
      return .failure(.tooManyInFlight)
    }
    guard let breaker else { return .success(Admission(pass: nil)) }
    guard let pass = breaker.admit() else {
      inFlight.subtract(1, ordering: .relaxed)
      return .failure(.circuitOpen)
    }
    return .success(Admission(pass: pass))
  }

  /// An invocation is over.
  /// - Parameters:
  ///   - failure: why it failed; nil where it did not.
  ///   - deadline: until when it had time.
  func leave(_ admission: Admission, failure: (any Error)?, deadline: ContinuousClock.Instant) {
    inFlight.subtract(1, ordering: .relaxed)
    guard let breaker, let pass = admission.pass else { return }
    guard let failure else { return breaker.succeeded(pass) }
    switch InvocationOutcome(failure) {
    case .transient, .error, .deadlineExceeded: breaker.failed(pass)
    // Bad input says that the function works.
    case .badInput, .unprocessable, .notFound, .forbidden, .conflict, .gone, .success: breaker.succeeded(pass)
    case .overloaded: breaker.abandoned(pass)
    // The deadline cancels; whoever went away by himself says nothing.
    case .cancelled: if deadline <= .now { breaker.failed(pass) } else { breaker.abandoned(pass) }
    }
  }

  /// Why the function takes nothing at present; nil where it does.
  var trouble: String? {
    inFlight.load(ordering: .relaxed) >= maxInFlight ? "as many invocations are at work as it may have" : nil
  }
}
