/// What a function.yaml says: the fields of nuclio's specification where the meaning is the same.
///
/// Unknown or misspelt fields are errors; the reader in TriggerRuntime names file and line.
public struct FunctionSpecification: Sendable, Equatable {
  /// The function's name.
  public var name: String
  /// Labels for people and metrics.
  public var labels: [String: String] = [:]
  /// What it does, in a sentence.
  public var description: String = ""
  /// The type that handles its events, as registered.
  public var handler: String
  /// The version of the function.
  public var version: String = "1"
  /// Whether it is left out at start.
  public var isDisabled: Bool = false
  /// How long an invocation may take, in real time, before it is cancelled.
  public var eventTimeout: Duration = .seconds(20)
  /// Settings by name, resolved from the environment where so described.
  public var environment: [String: String] = [:]
  /// Where its log goes.
  public var loggerSinks: [LoggerSink] = []
  /// Its data bindings by name.
  public var dataBindings: [String: DataBindingSpecification] = [:]
  /// Its own retry policies by name, beside the built-in ones.
  public var retries: [String: RetryPolicy] = [:]
  /// Its triggers by name.
  public var triggers: [String: TriggerSpecification] = [:]

  /// Creates a specification.
  /// - Parameters:
  ///   - name: the function's name.
  ///   - handler: the type that handles its events.
  public init(name: String, handler: String) {
    self.name = name
    self.handler = handler
  }
}

/// A level and a sink for a function's log.
public struct LoggerSink: Sendable, Equatable {
  /// The least severe level that is written.
  public var level: String
  /// The sink's name.
  public var sink: String

  /// Creates a sink.
  /// - Parameters:
  ///   - level: the least severe level that is written.
  ///   - sink: the sink's name.
  public init(level: String, sink: String) {
    self.level = level
    self.sink = sink
  }
}

/// What lies behind a name that the function asks for.
public struct DataBindingSpecification: Sendable, Equatable {
  /// Which implementation: `memory`, `redis`, `postgres`, `auto` (what `serve --state` says), …
  public var bindingClass: String
  /// Where it is; nil is the process's own.
  public var url: String?
  /// Further settings.
  public var attributes: [String: String]

  /// Creates a binding's description.
  /// - Parameters:
  ///   - bindingClass: which implementation.
  ///   - url: where it is.
  ///   - attributes: further settings.
  public init(bindingClass: String, url: String? = nil, attributes: [String: String] = [:]) {
    self.bindingClass = bindingClass
    self.url = url
    self.attributes = attributes
  }
}
