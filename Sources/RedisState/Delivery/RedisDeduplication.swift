package import FunctionKit
package import RedisClient

/// Which events a trigger has handled, in Redis: a key per event that ends by itself.
///
/// A key holds `c` where the event was completed, `p` and the owner while somebody is at it.
package final class RedisDeduplication: DeduplicationStore {
  /// Keys: events. Arguments: owner, milliseconds. Answers per key: 0 begun, 1 in progress, 2 completed.
  private static let begin = RedisScript(
    #"""
    local answers = {}
    for index, key in ipairs(KEYS) do
      local found = redis.call('GET', key)
      if found == 'c' then
        answers[index] = 2
      elseif found and found ~= 'p' .. ARGV[1] then
        answers[index] = 1
      else
        redis.call('SET', key, 'p' .. ARGV[1], 'PX', ARGV[2])
        answers[index] = 0
      end
    end
    return answers
    """#)

  /// Keys: events. Argument: milliseconds.
  private static let complete = RedisScript(
    "for _, key in ipairs(KEYS) do redis.call('SET', key, 'c', 'PX', ARGV[1]) end return #KEYS")

  /// Keys: events. Argument: owner.
  private static let release = RedisScript(
    #"""
    for _, key in ipairs(KEYS) do
      if redis.call('GET', key) == 'p' .. ARGV[1] then redis.call('DEL', key) end
    end
    return #KEYS
    """#)

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
      let answer = try await run(Self.begin, [key], [owner, Self.milliseconds(lease)])
      switch try answer.array().first {
      case .integer(0)?: states.append(.begun)
      case .integer(1)?: states.append(.inProgress)
      default: states.append(.completed)
      }
    }
    return states
  }

  package func complete(_ keys: [DeduplicationKey], owner: String, for duration: Duration) async throws {
    for key in keys { _ = try await run(Self.complete, [key], [Self.milliseconds(duration)]) }
  }

  package func release(_ keys: [DeduplicationKey], owner: String) async throws {
    for key in keys { _ = try await run(Self.release, [key], [owner]) }
  }

  private static func milliseconds(_ duration: Duration) -> String { String(max(duration.wholeMilliseconds, 1)) }

  private func run(
    _ script: RedisScript, _ keys: [DeduplicationKey], _ arguments: [String]
  ) async throws -> RedisValue {
    let names = keys.map { RedisKeys.handled($0.scope, source: $0.source, id: $0.id) }
    return try await RedisFailure.function { () async throws(RedisError) in
      try await client.eval(script, keys: names, arguments: arguments, deadline: deadline)
    }
  }
}
