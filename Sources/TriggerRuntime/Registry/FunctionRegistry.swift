public import FunctionKit

/// Which type handles the events of a function whose function.yaml names it as `handler`.
public struct FunctionRegistry: Sendable {
  private var builders: [String: @Sendable (FunctionSetup) throws -> any Function] = [:]

  /// Creates an empty registry.
  public init() {}

  /// Registers a type.
  /// - Parameters:
  ///   - type: the function.
  ///   - handler: the name in `spec.handler`; registering a name twice is a programmer's error.
  public mutating func register<F: Function>(_ type: F.Type, as handler: String) {
    register(handler) { setup in try F(setup) }
  }

  /// Registers a way to build a function, for tests and for functions made of closures.
  /// - Parameters:
  ///   - handler: the name in `spec.handler`; registering a name twice is a programmer's error.
  ///   - build: builds the function from its bindings.
  public mutating func register(
    _ handler: String, build: @escaping @Sendable (FunctionSetup) throws -> any Function
  ) {
    precondition(builders[handler] == nil, "handler \(handler) is registered twice")
    builders[handler] = build
  }

  /// The registered names, in alphabetical order.
  public var handlers: [String] { builders.keys.sorted() }

  /// Builds a function.
  /// - Parameters:
  ///   - handler: the name in `spec.handler`.
  ///   - setup: bindings, settings and environment.
  /// - Throws: `SetupError` where no type has that name, or the type refuses its setup.
  package func build(_ handler: String, _ setup: FunctionSetup) throws -> any Function {
    guard let build = builders[handler] else {
      throw SetupError(
        "function \(setup.name) names the handler \(handler), which is not registered; "
          + Suggestion.sentence(for: handler, in: builders.keys))
    }
    return try build(setup)
  }
}
