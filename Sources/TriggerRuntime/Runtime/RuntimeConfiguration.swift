public import FunctionKit

/// What a runtime does beyond what its functions say.
public struct RuntimeConfiguration: Sendable {
  /// Names this process among the instances that share streams and leases.
  public var instanceID: String
  /// How many events may wait for the workers of one trigger, per worker, where the trigger lets them wait at all.
  public var queueLimitPerWorker: Int = 64
  /// How long the lease of a running tick holds unless renewed, in real time; it is renewed three times as often.
  ///
  /// So long do the ticks of a trigger pause when the instance that runs one dies.
  public var leaseDuration: Duration = .milliseconds(1_500)
  /// Where functions log; nil is the runtime's own logger, at the level of their most talkative sink.
  public var logs: FunctionLogs?
  /// What records invocations as spans; nil records none and passes a caller's trace on as it came.
  public var tracer: Tracer?

  /// Policies for functions; those of data bindings are for whoever opens the clients behind them.
  public var resilience = ResilienceConfiguration()
  /// What a supervisor is told of invocations; nil without one.
  package var isolation: WorkerIsolation?

  /// Retry policies that every function may name, beside the built-in ones; a function's own go before.
  public var retryPolicies: [String: RetryPolicy] = [:]
  /// How often dead letters are looked at that somebody wants to be tried again, in real time.
  public var redrivePeriod: Duration = .seconds(1)

  /// How often the shares of versions and the wish for a recording are looked at, in real time.
  public var versionPeriod: Duration = .seconds(1)

  /// Creates a configuration.
  /// - Parameter instanceID: names this process; nil makes a name that nobody else has.
  public init(instanceID: String? = nil) {
    self.instanceID = instanceID ?? "cabstand-" + String(UInt64.random(in: .min ... .max), radix: 36)
  }
}
