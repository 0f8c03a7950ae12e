/// What a trigger of a hosted function is doing.
public struct TriggerStatus: Sendable, Equatable {
  /// The function's name.
  public var function: String
  /// The trigger's name.
  public var trigger: String
  /// Its kind; `direct` for invocations by other functions.
  public var kind: String
  /// How many workers it has.
  public var numWorkers: Int
  /// How many of them are at work.
  public var inFlight: Int
  /// How many events wait for a worker.
  public var waiting: Int
  /// Workers whose invocation goes on after its deadline.
  public var overdue: Int
  /// Why it cannot do its work at present; nil where it can.
  public var trouble: String?
}
