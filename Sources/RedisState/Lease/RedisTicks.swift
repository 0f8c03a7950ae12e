package import FunctionKit
package import RedisClient

/// The last tick of each cron trigger, in Redis, beside the trigger's lease.
package final class RedisTicks: TickLedger {
  /// Key: tick. Arguments: the known time or an empty text, the next time, whether it is done, its owner.
  private static let advance = RedisScript(
    #"""
    local known = redis.call('HGET', KEYS[1], 'time') or ''
    if known ~= ARGV[1] then return 0 end
    redis.call('HSET', KEYS[1], 'time', ARGV[2], 'done', ARGV[3], 'owner', ARGV[4])
    return 1
    """#)

  /// Key: tick. Argument: the time.
  private static let finish = RedisScript(
    "if redis.call('HGET', KEYS[1], 'time') == ARGV[1] then redis.call('HSET', KEYS[1], 'done', '1') end return 1")

  private let client: RedisClient
  private let deadline: Duration

  /// Creates the ledger.
  /// - Parameters:
  ///   - client: the connection to Redis.
  ///   - deadline: how long a call may take, in real time.
  package init(client: RedisClient, deadline: Duration = .seconds(2)) {
    self.client = client
    self.deadline = deadline
  }

  package func last(_ trigger: String) async throws -> LedgerTick? {
    let key = RedisKeys.ticks(trigger)
    return try await RedisFailure.function { () async throws(RedisError) in
      let values = try await client.command("HMGET", key, "time", "done", "owner", deadline: deadline).array()
      guard values.count == 3, !values[0].isNull, let time = Int64(try values[0].string()) else { return nil }
      return LedgerTick(
        time: EventTime(unixMilliseconds: time), isDone: try values[1].string() == "1", owner: try values[2].string())
    }
  }

  package func advance(_ trigger: String, from known: EventTime?, to next: LedgerTick) async throws -> Bool {
    let arguments = [
      known.map { String($0.unixMilliseconds) } ?? "", String(next.time.unixMilliseconds), next.isDone ? "1" : "0",
      next.owner,
    ]
    return try await run(Self.advance, trigger, arguments) == .integer(1)
  }

  package func finish(_ trigger: String, _ tick: EventTime) async throws {
    _ = try await run(Self.finish, trigger, [String(tick.unixMilliseconds)])
  }

  private func run(_ script: RedisScript, _ trigger: String, _ arguments: [String]) async throws -> RedisValue {
    try await RedisFailure.function { () async throws(RedisError) in
      try await client.eval(script, keys: [RedisKeys.ticks(trigger)], arguments: arguments, deadline: deadline)
    }
  }
}
