/// Where long computations run, so that they hold up nobody who only waits.
package protocol Workbench: Sendable {
  /// Runs a computation that takes long.
  func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value
}

/// Runs computations where they are called, in their order: for tests and for virtual time.
package struct PlainWorkbench: Workbench {
  package init() {}

  package func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try body()
  }
}
