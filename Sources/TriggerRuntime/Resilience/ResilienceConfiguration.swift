public import FunctionKit

/// Named policies, and which functions and data bindings they hold for.
public struct ResilienceConfiguration: Sendable, Equatable {
  /// What holds for a function.
  public struct FunctionTarget: Sendable, Equatable {
    /// How long an invocation may take; nil leaves what its function.yaml says.
    public var timeout: Duration?
    /// The retry policy of its triggers that name none.
    public var retry: String?
    /// When its invocations are stopped; nil never stops them.
    public var circuitBreaker: CircuitBreakerPolicy?
    /// How many invocations may be at work at once over all its triggers; nil sets no limit.
    public var maxInFlight: Int?

    /// Creates a target that changes nothing.
    public init() {}
  }

  /// What holds for a class of data bindings.
  public struct BindingTarget: Sendable, Equatable {
    /// How long a call may take that does not say itself; nil leaves the client's own.
    public var timeout: Duration?
    /// When calls are stopped; nil never stops them.
    public var circuitBreaker: CircuitBreakerPolicy?

    /// Creates a target that changes nothing.
    public init() {}
  }

  /// The names of functions with what holds for them.
  public var functions: [String: FunctionTarget] = [:]
  /// The classes of data bindings with what holds for them.
  public var bindings: [String: BindingTarget] = [:]
  /// Retry policies that every function may name.
  public var retries: [String: RetryPolicy] = [:]
  /// Where a function is named, `file:line:column: `, for errors that are found only later.
  package var places = Places()

  /// Creates a configuration that changes nothing.
  public init() {}

  /// Where functions and bindings are named; makes no difference to what a configuration says.
  package struct Places: Sendable, Equatable {
    package var functions: [String: String] = [:]
    package var bindings: [String: String] = [:]
    package static func == (left: Places, right: Places) -> Bool { true }
  }

  /// Changes what function.yaml files say to what holds.
  /// - Throws: `SetupError` where a function is named that is not there.
  package func apply(to specifications: inout [FunctionSpecification]) throws(SetupError) {
    let names = specifications.map(\.name)
    for name in functions.keys.sorted() where !names.contains(name) {
      throw SetupError(
        "\(places.functions[name] ?? "")there is no function \(name); \(Suggestion.sentence(for: name, in: names))")
    }
    for index in specifications.indices {
      guard let target = functions[specifications[index].name] else { continue }
      if let timeout = target.timeout { specifications[index].eventTimeout = timeout }
      guard let retry = target.retry else { continue }
      for name in specifications[index].triggers.keys {
        guard let trigger = specifications[index].triggers[name], trigger.delivery.retry == .named("default") else {
          continue
        }
        specifications[index].triggers[name]?.delivery.retry = .named(retry)
      }
    }
  }

  /// Checks that every class of bindings is there.
  /// - Throws: `SetupError` where one is not.
  package func check(bindingClasses: [String]) throws(SetupError) {
    for name in bindings.keys.sorted() where !bindingClasses.contains(name) {
      throw SetupError(
        "\(places.bindings[name] ?? "")no calls of class \(name) can be watched; "
          + Suggestion.sentence(for: name, in: bindingClasses))
    }
  }
}
