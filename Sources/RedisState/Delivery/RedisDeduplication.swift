package import FunctionKit
package import RedisClient

/// Which events a trigger has handled, in Redis: a key per event that ends by itself.
///
/// A key holds `c` and what the event said where it was completed, `p` and the owner while somebody is at it.
package final class RedisDeduplication: DeduplicationStore {
  /// Key: event. Arguments: owner, milliseconds, what it says. Answers 0 begun, 1 in progress, 2 completed, 3 completed saying otherwise.
  private static let begin = RedisScript(
    #"""
    local found = redis.call('GET', KEYS[1])
    if found and found:sub(1, 1) == 'c' then
      local said = found:sub(2)
      if said == '' or ARGV[3] == '' or said == ARGV[3] then return 2 end
      return 3
    end
    if found and found ~= 'p' .. ARGV[1] then return 1 end
    redis.call('SET', KEYS[1], 'p' .. ARGV[1], 'PX', ARGV[2])
    return 0
    """#)

  /// Key: event. Arguments: milliseconds, what it said.
  private static let complete = RedisScript("redis.call('SET', KEYS[1], 'c' .. ARGV[2], 'PX', ARGV[1]) return 1")

  /// Key: event. Argument: owner.
  private static let release = RedisScript(
    "if redis.call('GET', KEYS[1]) == 'p' .. ARGV[1] then redis.call('DEL', KEYS[1]) end return 1")

  private let client: RedisClient
  private let deadline: Duration

  /// Creates the store.
  /// - Parameters:
  ///   - client: the connection to Redis.
  ///   - deadline: how long a call may take, in real time.
  package init(client: RedisClient, deadline: Duration = .seconds(2)) {
    self.client = client
    self.deadline = deadline
  }

  package func begin(
    _ keys: [DeduplicationKey], owner: String, lease: Duration
  ) async throws -> [DeduplicationState] {
    // One by one: keys of different triggers lie in different slots of a cluster.
    var states: [DeduplicationState] = []
    for key in keys {
      switch try await run(Self.begin, key, [owner, Self.milliseconds(lease), Self.payload(key)]) {
      case .integer(0): states.append(.begun)
      case .integer(1): states.append(.inProgress)
      case .integer(3): states.append(.conflict)
      default: states.append(.completed)
      }
    }
    return states
  }

  package func complete(_ keys: [DeduplicationKey], owner: String, for duration: Duration) async throws {
    for key in keys { _ = try await run(Self.complete, key, [Self.milliseconds(duration), Self.payload(key)]) }
  }

  package func release(_ keys: [DeduplicationKey], owner: String) async throws {
    for key in keys { _ = try await run(Self.release, key, [owner]) }
  }

  private static func milliseconds(_ duration: Duration) -> String { String(max(duration.wholeMilliseconds, 1)) }

  private static func payload(_ key: DeduplicationKey) -> String {
    key.payload.map { String($0, radix: 36) } ?? ""
  }

  private func run(_ script: RedisScript, _ key: DeduplicationKey, _ arguments: [String]) async throws -> RedisValue {
    let name = RedisKeys.handled(key.scope, source: key.source, id: key.id)
    return try await RedisFailure.function { () async throws(RedisError) in
      try await client.eval(script, keys: [name], arguments: arguments, deadline: deadline)
    }
  }
}
