/// A version of a function beside the one that `spec.version` names.
public struct VersionSpecification: Sendable, Equatable {
  /// The type that handles its events; nil is the function's own.
  public var handler: String?
  /// Settings that it has instead of, or beside, the function's own.
  public var environment: [String: String]
  /// Where it lives; nil in this process.
  public var remote: RemoteVersion?
  /// Its share of the traffic when nobody has said otherwise yet, in percent.
  public var weight: Double

  /// Creates a version's description.
  /// - Parameters:
  ///   - handler: the type that handles its events.
  ///   - environment: settings beside the function's own.
  ///   - remote: where it lives; nil in this process.
  ///   - weight: its first share of the traffic, in percent.
  public init(
    handler: String? = nil, environment: [String: String] = [:], remote: RemoteVersion? = nil, weight: Double = 0
  ) {
    self.handler = handler
    self.environment = environment
    self.remote = remote
    self.weight = weight
  }
}

/// Where a version lives that is not in this process: whatever speaks CloudEvents over HTTP.
public struct RemoteVersion: Sendable, Hashable {
  /// The URL that events are posted to, `http://host:port/path`.
  public var url: String
  /// How events travel: `binary` or `structured`.
  public var mode: CloudEventsMode
  /// How long it may take, in real time, within the invocation's own deadline; nil is that.
  public var timeout: Duration?

  /// Creates the description of a place.
  /// - Parameters:
  ///   - url: the URL that events are posted to.
  ///   - mode: how events travel.
  ///   - timeout: how long it may take.
  public init(url: String, mode: CloudEventsMode = .binary, timeout: Duration? = nil) {
    self.url = url
    self.mode = mode
    self.timeout = timeout
  }
}

/// How a version is given more traffic step by step, and when it is given none any more.
public struct RolloutSpecification: Sendable, Equatable {
  /// The version that is raised on its own; nil raises none, and only watches what has traffic.
  public var version: String?
  /// The shares of the traffic that it gets, in percent, each more than the one before; 100 makes it the stable version.
  public var steps: [Double] = [5, 25, 50, 100]
  /// How long a step takes at least, in real time.
  public var interval: Duration = .seconds(60)
  /// How many events of the version a judgement needs.
  public var minEvents: Int = 100
  /// The time whose events are judged.
  public var window: Duration = .seconds(60)
  /// How many more events of a hundred may fail than the stable version's, chance left aside.
  public var maxFailureExcess: Double = 5
  /// How many times the stable version's 99th percentile its own may be; nil does not judge by latency.
  public var maxLatencyFactor: Double?
  /// The 99th percentile that it must not pass, whatever the stable version's is; nil for no limit.
  public var maxLatency: Duration?

  /// Creates a plan that raises no version on its own and has the default limits.
  public init() {}
}
