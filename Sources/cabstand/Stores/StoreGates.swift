import CoreMetrics
import PostgresClient
import RedisClient
import TriggerRuntime

/// Circuit breakers before the clients: one call wrapped where all of them pass, so that no port knows of it.
///
/// While a store answers this costs two atomic loads a call.
struct StoreGates: Sendable {
  /// The classes of bindings that can be watched.
  static let classes = ["postgres", "redis"]

  let configuration: ResilienceConfiguration
  let metrics: any MetricsFactory

  /// Sets what holds for Redis.
  func apply(to redis: inout RedisConfiguration) {
    guard let target = configuration.bindings["redis"] else { return }
    if let timeout = target.timeout { redis.commandDeadline = timeout }
    guard let policy = target.circuitBreaker else { return }
    let breaker = CircuitBreaker("binding redis", policy, metrics: metrics)
    redis.gate = RedisGate {
      breaker.admit()?.token
    } ended: { token, ending in
      breaker.ended(token, ending == .succeeded ? .succeeded : ending == .failed ? .failed : .abandoned)
    }
  }

  /// Sets what holds for PostgreSQL.
  func apply(to postgres: inout PostgresConfiguration) {
    guard let target = configuration.bindings["postgres"] else { return }
    if let timeout = target.timeout { postgres.statementDeadline = timeout }
    guard let policy = target.circuitBreaker else { return }
    let breaker = CircuitBreaker("binding postgres", policy, metrics: metrics)
    postgres.gate = PostgresGate {
      breaker.admit()?.token
    } ended: { token, ending in
      breaker.ended(token, ending == .succeeded ? .succeeded : ending == .failed ? .failed : .abandoned)
    }
  }
}
