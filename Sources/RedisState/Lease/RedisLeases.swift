package import FunctionKit
package import RedisClient

/// Leases in Redis: one holder of a name at a time, across instances.
///
/// A fencing token is larger than every one before it of the same name. It never falls behind the server's clock in
/// microseconds, so that tokens grow even where Redis lost the last one.
package final class RedisLeases: LeaseKeeper {
  /// Keys: holder, fence. Argument: milliseconds.
  private static let acquire = RedisScript(
    #"""
    if redis.call('EXISTS', KEYS[1]) == 1 then return false end
    local now = redis.call('TIME')
    local last = tonumber(redis.call('GET', KEYS[2]) or '0')
    local token = string.format('%.0f', math.max(last + 1, now[1] * 1000000 + now[2]))
    redis.call('SET', KEYS[2], token)
    redis.call('SET', KEYS[1], token, 'PX', ARGV[1])
    return token
    """#)

  /// Key: holder. Arguments: token, milliseconds.
  private static let renew = RedisScript(
    "return redis.call('GET', KEYS[1]) == ARGV[1] and redis.call('PEXPIRE', KEYS[1], ARGV[2]) or 0")

  /// Key: holder. Argument: token.
  private static let release = RedisScript(
    "return redis.call('GET', KEYS[1]) == ARGV[1] and redis.call('DEL', KEYS[1]) or 0")

  private let client: RedisClient
  private let deadline: Duration

  /// Creates the keeper.
  /// - Parameters:
  ///   - client: the connection to Redis.
  ///   - deadline: how long a call may take, in real time.
  package init(client: RedisClient, deadline: Duration = .seconds(2)) {
    self.client = client
    self.deadline = deadline
  }

  package func acquire(_ name: String, for duration: Duration) async throws -> Lease? {
    let answer = try await run(
      Self.acquire, keys: [RedisKeys.lease(name), RedisKeys.fence(name)],
      arguments: [String(max(duration.wholeMilliseconds, 1))])
    guard !answer.isNull else { return nil }
    let token = try await RedisFailure.function { () throws(RedisError) in UInt64(try answer.integer()) }
    return Lease(name: name, fencingToken: token)
  }

  package func renew(_ lease: Lease, for duration: Duration) async throws -> Bool {
    let answer = try await run(
      Self.renew, keys: [RedisKeys.lease(lease.name)],
      arguments: [String(lease.fencingToken), String(max(duration.wholeMilliseconds, 1))])
    return answer == .integer(1)
  }

  package func release(_ lease: Lease) async throws {
    _ = try await run(Self.release, keys: [RedisKeys.lease(lease.name)], arguments: [String(lease.fencingToken)])
  }

  private func run(_ script: RedisScript, keys: [String], arguments: [String]) async throws -> RedisValue {
    try await RedisFailure.function { () async throws(RedisError) in
      try await client.eval(script, keys: keys, arguments: arguments, deadline: deadline)
    }
  }
}
