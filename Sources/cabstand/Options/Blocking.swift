import Dispatch

/// Runs what blocks off the cooperative pool.
enum Blocking {
  /// Runs something on a thread that may wait.
  static func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      DispatchQueue.global().async { continuation.resume(with: Result { try body() }) }
    }
  }
}
