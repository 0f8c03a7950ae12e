public import Logging
public import ServiceContextModule

/// What one invocation knows beside its event.
public struct Context: Sendable {
  /// The function's name.
  public var functionName: String
  /// The function's version.
  public var functionVersion: String
  /// A logger that carries function, trigger and event.
  public var logger: Logger
  /// When the invocation is cancelled, in real time.
  public var deadline: ContinuousClock.Instant
  /// The process's clock: city time.
  public var clock: any WallClock
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
    self.functionName = functionName
    self.functionVersion = functionVersion
    self.logger = logger
    self.deadline = deadline
    self.clock = clock
    self.caller = caller
    self.attempt = attempt
    self.workerID = workerID
    self.trace = trace
  }

  /// Where the invocation stands in a distributed trace; nil where it is not traced.
  public var traceContext: TraceContext? { trace.traceContext }

  /// The present city time.
  public var now: EventTime { clock.now() }
}
