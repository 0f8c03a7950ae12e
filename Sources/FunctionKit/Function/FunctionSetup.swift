public import Logging

/// What a function is built from: the instances behind its data bindings, and its settings.
public struct FunctionSetup: Sendable {
  /// The function's name, as in its function.yaml.
  public var name: String
  /// The function's version.
  public var version: String
  /// What lies behind each data binding, by the binding's name.
  public var bindings: [String: any Sendable]
  /// `spec.env`, resolved.
  public var environment: [String: String]
  /// The clock that the whole process shares.
  public var clock: any WallClock
  /// A logger for what happens outside an invocation.
  public var logger: Logger
  /// Calls other functions of the same process; nil outside a runtime.
  public var functions: (any FunctionInvoker)?

  /// Creates a setup.
  /// - Parameters:
  ///   - name: the function's name.
  ///   - version: its version.
  ///   - bindings: what lies behind each data binding.
  ///   - environment: settings by name.
  ///   - clock: the process's clock.
  ///   - logger: a logger for what happens outside an invocation.
  ///   - functions: calls other functions of the same process.
  public init(
    name: String, version: String = "1", bindings: [String: any Sendable], environment: [String: String] = [:],
    clock: any WallClock, logger: Logger, functions: (any FunctionInvoker)? = nil
  ) {
    self.name = name
    self.version = version
    self.bindings = bindings
    self.environment = environment
    self.clock = clock
    self.logger = logger
    self.functions = functions
  }

  /// The instance behind a data binding, as the port that the function needs.
  /// - Parameters:
  ///   - name: the binding's name in function.yaml.
  ///   - port: the port's type, for example `(any FleetIndex).self`.
  /// - Throws: `SetupError` where no binding has that name, or its class does not implement the port.
  public func binding<Port>(_ name: String, as port: Port.Type = Port.self) throws -> Port {
    guard let instance = bindings[name] else {
      throw SetupError("function \(self.name) needs a data binding named \(name); its function.yaml has none")
    }
    guard let bound = instance as? Port else {
      throw SetupError("data binding \(name) of function \(self.name) is a \(type(of: instance)), which is no \(port)")
    }
    return bound
  }

  /// A setting as a number, from `spec.env`.
  /// - Parameters:
  ///   - name: the setting's name.
  ///   - fallback: the value where it is not set.
  ///   - range: what is allowed.
  /// - Throws: `SetupError` where the value is no number or outside the range.
  public func number(_ name: String, default fallback: Double, in range: ClosedRange<Double>) throws -> Double {
    guard let text = environment[name] else { return fallback }
    guard let value = Double(text), range.contains(value) else {
      throw SetupError(
        "\(name) of function \(self.name) is \"\(text)\"; "
          + "expected a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  /// A setting as a whole number, from `spec.env`.
  /// - Parameters:
  ///   - name: the setting's name.
  ///   - fallback: the value where it is not set.
  ///   - range: what is allowed.
  /// - Throws: `SetupError` where the value is no whole number or outside the range.
  public func integer(_ name: String, default fallback: Int, in range: ClosedRange<Int>) throws -> Int {
    guard let text = environment[name] else { return fallback }
    guard let value = Int(text), range.contains(value) else {
      throw SetupError(
        "\(name) of function \(self.name) is \"\(text)\"; "
          + "expected a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }
}
