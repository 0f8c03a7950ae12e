import CoreMetrics

/// The metrics of one pool, labelled by function and trigger.
struct WorkerPoolMetrics: Sendable {
  /// By the outcome, in the order of its cases.
  private let invocations: [Counter]
  private let rejections: [InvocationError: Counter]
  /// By the outcome's class, in the order of its cases.
  private let durations: [Timer]
  let wait: Timer
  let inFlight: Meter
  let waiting: Meter

  init(function: String, trigger: String, factory: any MetricsFactory) {
    let labels = [("function", function), ("trigger", trigger)]
    invocations = InvocationOutcome.allCases.map { outcome in
      Counter(
        label: "cabstand_function_invocations", dimensions: labels + [("outcome", outcome.rawValue)], factory: factory)
    }
    let reasons: [InvocationError] = [.noWorkerFree, .queueFull, .shuttingDown, .deadlineExceeded]
    rejections = Dictionary(
      uniqueKeysWithValues: reasons.map { reason in
        let labels = labels + [("reason", reason.rawValue)]
        return (reason, Counter(label: "cabstand_worker_rejections", dimensions: labels, factory: factory))
      })
    durations = InvocationOutcome.Class.allCases.map { outcome in
      Timer(
        label: "cabstand_function_duration", dimensions: labels + [("outcome", outcome.rawValue)], factory: factory)
    }
    wait = Timer(label: "cabstand_worker_wait", dimensions: labels, factory: factory)
    inFlight = Meter(label: "cabstand_workers_in_flight", dimensions: labels, factory: factory)
    waiting = Meter(label: "cabstand_workers_waiting", dimensions: labels, factory: factory)
  }

  /// Counts an invocation that ended.
  func record(_ outcome: InvocationOutcome, nanoseconds: Int64) {
    invocations[outcome.index].increment()
    durations[outcome.class.index].recordNanoseconds(nanoseconds)
  }

  func count(_ reason: InvocationError) {
    rejections[reason]?.increment()
  }
}
