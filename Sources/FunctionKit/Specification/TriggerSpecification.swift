/// What starts a function.
public struct TriggerSpecification: Sendable, Equatable {
  /// The trigger's kind: `http`, `cron`, `redis-stream`, `postgres`, `file`, `simulator`.
  public var kind: String
  /// Whether it is left out at start.
  public var isDisabled: Bool = false
  /// How many invocations may run at once.
  public var numWorkers: Int = 1
  /// How long an event may wait for a free worker; zero never waits.
  public var workerAvailabilityTimeout: Duration = .seconds(10)
  /// How long running invocations may take to end at shutdown.
  public var workerTerminationTimeout: Duration = .seconds(10)
  /// Several events per invocation; nil is one.
  public var batch: BatchSpecification?
  /// What it promises about each event.
  public var delivery: DeliverySpecification = DeliverySpecification()
  /// Where its fields stand.
  public var places: SpecificationPlaces = SpecificationPlaces()
  /// What only this kind has, as text; a list or map is JSON.
  public var attributes: [String: TriggerAttribute] = [:]

  /// Creates a trigger's description.
  /// - Parameter kind: the trigger's kind.
  public init(kind: String) {
    self.kind = kind
  }
}

/// A value of a trigger's `attributes`.
public indirect enum TriggerAttribute: Sendable, Equatable {
  /// A scalar, as it is written.
  case scalar(String)
  /// A list.
  case list([TriggerAttribute])
  /// A map.
  case map([String: TriggerAttribute])
}

/// When a batch is handed over.
public struct BatchSpecification: Sendable, Equatable {
  /// How many events fill a batch.
  public var batchSize: Int
  /// How long the first event of a batch waits for more.
  public var timeout: Duration

  /// Creates a description of batches.
  /// - Parameters:
  ///   - batchSize: how many events fill a batch.
  ///   - timeout: how long the first event waits for more.
  public init(batchSize: Int = 10, timeout: Duration = .seconds(1)) {
    self.batchSize = batchSize
    self.timeout = timeout
  }
}
