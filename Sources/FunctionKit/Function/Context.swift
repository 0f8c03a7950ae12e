public import Logging
public import ServiceContextModule

/// What one invocation knows beside its event.
public struct Context: Sendable {
  /// What it shares with other invocations.
  private var frame: InvocationFrame
  private var moment: Moment
  /// Who asked.
  public var caller: Caller
  /// 1 on the first attempt.
  public var attempt: Int
  /// The worker that runs this invocation, from 0.
  public var workerID: Int
  /// Trace and baggage.
  public var trace: ServiceContext

  /// Creates a context.
  /// - Parameters:
  ///   - functionName: the function's name.
  ///   - functionVersion: its version.
  ///   - logger: a logger for this invocation.
  ///   - deadline: when it is cancelled.
  ///   - clock: the process's clock.
  ///   - caller: who asked.
  ///   - attempt: 1 on the first attempt.
  ///   - workerID: the worker that runs it.
  ///   - trace: trace and baggage.
  public init(
    functionName: String, functionVersion: String = "1", logger: Logger, deadline: ContinuousClock.Instant,
    clock: any WallClock, caller: Caller = .anonymous, attempt: Int = 1, workerID: Int = 0,
    trace: ServiceContext = .topLevel
  ) {
    frame = InvocationFrame(
      functionName: functionName, functionVersion: functionVersion, logger: logger, clock: clock)
    moment = Moment(deadline)
    self.caller = caller
    self.attempt = attempt
    self.workerID = workerID
    self.trace = trace
  }

  /// Creates a context from what it shares with other invocations, which costs nothing but a reference.
  /// - Parameters:
  ///   - frame: what it shares.
  ///   - deadline: when it is cancelled.
  ///   - caller: who asked.
  ///   - attempt: 1 on the first attempt.
  ///   - workerID: the worker that runs it.
  package init(
    _ frame: InvocationFrame, deadline: Moment, caller: Caller, attempt: Int, workerID: Int
  ) {
    self.frame = frame
    moment = deadline
    self.caller = caller
    self.attempt = attempt
    self.workerID = workerID
    trace = .topLevel
  }

  /// When the invocation is cancelled, in real time.
  public var deadline: ContinuousClock.Instant {
    get { moment.instant }
    set { moment = Moment(newValue) }
  }

  /// The function's name.
  public var functionName: String {
    get { frame.functionName }
    set {
      frame = InvocationFrame(
        functionName: newValue, functionVersion: functionVersion, logger: logger, clock: clock)
    }
  }

  /// The function's version.
  public var functionVersion: String {
    get { frame.functionVersion }
    set {
      frame = InvocationFrame(functionName: functionName, functionVersion: newValue, logger: logger, clock: clock)
    }
  }

  /// A logger that carries function, trigger and event.
  public var logger: Logger {
    get { frame.logger }
    set {
      frame = InvocationFrame(
        functionName: functionName, functionVersion: functionVersion, logger: newValue, clock: clock)
    }
  }

  /// The process's clock: city time.
  public var clock: any WallClock {
    get { frame.clock }
    set {
      frame = InvocationFrame(
        functionName: functionName, functionVersion: functionVersion, logger: logger, clock: newValue)
    }
  }

  /// Where the invocation stands in a distributed trace; nil where it is not traced.
  public var traceContext: TraceContext? { trace.traceContext }

  /// The present city time.
  public var now: EventTime { clock.now() }
}
