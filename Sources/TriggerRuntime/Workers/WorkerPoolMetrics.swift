import CoreMetrics

/// The metrics of one pool, labelled by function and trigger.
struct WorkerPoolMetrics: Sendable {
  /// By the outcome, in the order of its cases; those that succeeded stand apart.
  private let invocations: [FastCounter]
  private let successes: FastCounter
  private let rejections: [InvocationError: FastCounter]
  /// By the outcome's class, in the order of its cases; those that succeeded stand apart.
  private let durations: [FastTimer]
  private let successDurations: FastTimer
  let wait: FastTimer
  let inFlight: FastCounter
  let waiting: FastCounter

  init(function: String, trigger: String, factory: any MetricsFactory) {
    let labels = [("function", function), ("trigger", trigger)]
    invocations = InvocationOutcome.allCases.map { outcome in
      FastCounter(
        factory.makeCounter(
          label: "cabstand_function_invocations", dimensions: labels + [("outcome", outcome.rawValue)]))
    }
    successes = invocations[InvocationOutcome.success.index]
    let reasons: [InvocationError] = [.noWorkerFree, .queueFull, .shuttingDown, .deadlineExceeded]
    rejections = Dictionary(
      uniqueKeysWithValues: reasons.map { reason in
        let labels = labels + [("reason", reason.rawValue)]
        return (reason, FastCounter(factory.makeCounter(label: "cabstand_worker_rejections", dimensions: labels)))
      })
    durations = InvocationOutcome.Class.allCases.map { outcome in
      FastTimer(
        factory.makeTimer(label: "cabstand_function_duration", dimensions: labels + [("outcome", outcome.rawValue)]))
    }
    successDurations = durations[InvocationOutcome.Class.success.index]
    wait = FastTimer(factory.makeTimer(label: "cabstand_worker_wait", dimensions: labels))
    inFlight = FastCounter(meter: factory.makeMeter(label: "cabstand_workers_in_flight", dimensions: labels))
    waiting = FastCounter(meter: factory.makeMeter(label: "cabstand_workers_waiting", dimensions: labels))
  }

  /// Counts an invocation that ended.
  func record(_ outcome: InvocationOutcome, nanoseconds: Int64) {
    if case .success = outcome {
      successes.add(1)
      successDurations.record(nanoseconds: nanoseconds)
    } else {
      invocations[outcome.index].add(1)
      durations[outcome.class.index].record(nanoseconds: nanoseconds)
    }
  }

  func count(_ reason: InvocationError) {
    rejections[reason]?.add(1)
  }
}
