public import FunctionKit
import RedisBindings
public import ServiceLifecycle
import TriggerRuntime

/// Data bindings of class `rates`: a key-value store in Redis where somebody named one, else in this process's memory.
public struct RatesBinding: DataBinding, Service {
  private let url: String?
  private let redis = RedisKeyValueBinding()
  private let memory = MemoryKeyValueBinding()

  /// Creates the binding.
  /// - Parameter url: where Redis is, such as `redis://127.0.0.1`; nil keeps everything in memory.
  public init(redis url: String?) { self.url = url }

  /// `rates`.
  public var bindingClass: String { "rates" }

  /// Opens the store; all functions share it.
  public func open(name: String, _ specification: DataBindingSpecification) async throws -> any Sendable {
    guard let url else { return try await memory.open(name: name, specification) }
    return try await redis.open(
      name: name, DataBindingSpecification(bindingClass: "redis", url: url, attributes: ["namespace": "netflow"]))
  }

  /// Closes the connections after the functions have ended.
  public func run() async throws { try await redis.run() }

  /// Closes the connections.
  public func close() async { await redis.close() }
}
