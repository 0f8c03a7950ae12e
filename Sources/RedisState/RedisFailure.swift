import DispatchState
import FunctionKit
import RedisClient

/// What a failure of Redis means to those who do not know Redis.
enum RedisFailure {
  /// Runs calls on behalf of a state port.
  /// - Throws: `StateError`, or `CancellationError` where the caller was cancelled.
  static func state<Value>(_ calls: () async throws(RedisError) -> Value) async throws -> Value {
    do { return try await calls() } catch {
      switch error.code {
      case .cancelled: throw CancellationError()
      case .unexpectedReply: throw StateError.corrupt(error.description)
      default: throw StateError.unavailable(error.description)
      }
    }
  }

  /// Runs calls on behalf of a port of FunctionKit.
  /// - Throws: `FunctionError`, or `CancellationError` where the caller was cancelled.
  static func function<Value>(_ calls: () async throws(RedisError) -> Value) async throws -> Value {
    do { return try await calls() } catch {
      switch error.code {
      case .cancelled: throw CancellationError()
      case .overloaded: throw FunctionError(.overloaded, code: "storeOverloaded", error.description)
      default: throw FunctionError(.transient, code: "storeUnavailable", error.description)
      }
    }
  }
}
