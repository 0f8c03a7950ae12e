import Dispatch
import DispatchState

/// Long computations on threads of the system's own, below those that serve.
struct QueueWorkbench: Workbench {
  func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      DispatchQueue.global(qos: .utility).async { continuation.resume(with: Result { try body() }) }
    }
  }
}
