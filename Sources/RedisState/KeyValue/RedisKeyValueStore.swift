package import FunctionKit
package import RedisClient

/// A key-value store in Redis: everything of a key lies in one slot.
package final class RedisKeyValueStore: KeyValueStore {
  /// Key: entry. Arguments: the known revision (empty: any; 0: none), the value, the lifetime in milliseconds or an empty text.
  private static let write = RedisScript(
    #"""
    local known = redis.call('HGET', KEYS[1], 'revision') or '0'
    if ARGV[1] ~= '' and ARGV[1] ~= known then return 0 end
    redis.call('HSET', KEYS[1], 'revision', tostring(tonumber(known) + 1), 'value', ARGV[2])
    if ARGV[3] == '' then redis.call('PERSIST', KEYS[1]) else redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
    return 1
    """#)

  /// Key: counters. Arguments: the lifetime, then names and amounts in turn.
  private static let add = RedisScript(
    #"""
    for index = 2, #ARGV, 2 do redis.call('HINCRBY', KEYS[1], ARGV[index], ARGV[index + 1]) end
    if ARGV[1] == '' then redis.call('PERSIST', KEYS[1]) else redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
    return 1
    """#)

  /// Key: list. Arguments: the lifetime, the limit, then the values.
  private static let append = RedisScript(
    #"""
    local room = tonumber(ARGV[2]) - redis.call('LLEN', KEYS[1])
    local taken = math.max(0, math.min(room, #ARGV - 2))
    for index = 3, taken + 2 do redis.call('RPUSH', KEYS[1], ARGV[index]) end
    if ARGV[1] == '' then redis.call('PERSIST', KEYS[1]) else redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
    return taken
    """#)

  /// How many values go into one script.
  private static let chunk = 500

  private let client: RedisClient
  private let namespace: String
  private let deadline: Duration

  /// Creates the store.
  /// - Parameters:
  ///   - client: the connection to Redis.
  ///   - namespace: keeps its keys apart from those of others.
  ///   - deadline: how long a call may take, in real time.
  package init(client: RedisClient, namespace: String = "shared", deadline: Duration = .seconds(2)) {
    self.client = client
    self.namespace = namespace
    self.deadline = deadline
  }

  private func key(_ key: String, _ part: String) -> String { RedisKeys.keyValue(namespace, key, part) }

  private static func text(_ text: String) -> [UInt8] { Array(text.utf8) }

  private static func milliseconds(_ lifetime: Duration?) -> [UInt8] {
    lifetime.map { text(String(max(1, $0.wholeMilliseconds))) } ?? []
  }

  package func get(_ key: String) async throws -> KeyValueEntry? {
    let name = self.key(key, "value")
    return try await RedisFailure.function { () async throws(RedisError) in
      let values = try await client.command("HMGET", name, "revision", "value", deadline: deadline).array()
      guard values.count == 2, !values[0].isNull, !values[1].isNull, let revision = Int64(try values[0].string()) else {
        return nil
      }
      return KeyValueEntry(value: try values[1].bytes(), revision: revision)
    }
  }

  package func put(_ key: String, _ value: [UInt8], expiresAfter lifetime: Duration?) async throws {
    _ = try await run(Self.write, self.key(key, "value"), [[], value, Self.milliseconds(lifetime)])
  }

  package func replace(
    _ key: String, revision: Int64?, with value: [UInt8], expiresAfter lifetime: Duration?
  ) async throws -> Bool {
    try await run(
      Self.write, self.key(key, "value"),
      [Self.text(String(revision ?? 0)), value, Self.milliseconds(lifetime)]) == .integer(1)
  }

  package func remove(_ key: String) async throws {
    for part in ["value", "counters", "list"] {
      let name = self.key(key, part)
      _ = try await RedisFailure.function { () async throws(RedisError) in
        try await client.command("DEL", name, deadline: deadline)
      }
    }
  }

  package func add(_ amounts: [String: Int64], to key: String, expiresAfter lifetime: Duration?) async throws {
    let arguments = amounts.flatMap { [Array($0.key.utf8), Self.text(String($0.value))] }
    guard !arguments.isEmpty else { return }
    _ = try await run(Self.add, self.key(key, "counters"), [Self.milliseconds(lifetime)] + arguments)
  }

  package func counters(of key: String) async throws -> [String: Int64] {
    let name = self.key(key, "counters")
    return try await RedisFailure.function { () async throws(RedisError) in
      let values = try await client.command("HGETALL", name, deadline: deadline).array()
      var counters: [String: Int64] = [:]
      for index in stride(from: 0, to: values.count - 1, by: 2) {
        counters[try values[index].string()] = Int64(try values[index + 1].string())
      }
      return counters
    }
  }

  package func append(
    _ values: [[UInt8]], to key: String, limit: Int, expiresAfter lifetime: Duration?
  ) async throws -> Int {
    let name = self.key(key, "list")
    var taken = 0
    for start in stride(from: 0, to: values.count, by: Self.chunk) {
      let chunk = values[start..<min(start + Self.chunk, values.count)]
      let reply = try await run(
        Self.append, name, [Self.milliseconds(lifetime), Self.text(String(limit))] + chunk)
      if case .integer(let count) = reply { taken += Int(clamping: count) }
    }
    return taken
  }

  package func list(_ key: String, from start: Int, limit: Int) async throws -> [[UInt8]] {
    guard start >= 0, limit > 0 else { return [] }
    let name = self.key(key, "list")
    let (end, overflow) = start.addingReportingOverflow(limit - 1)
    return try await RedisFailure.function { () async throws(RedisError) in
      let reply = try await client.command(
        "LRANGE", name, String(start), String(overflow ? Int.max : end), deadline: deadline)
      var values: [[UInt8]] = []
      for value in try reply.array() { values.append(try value.bytes()) }
      return values
    }
  }

  private func run(_ script: RedisScript, _ key: String, _ arguments: [[UInt8]]) async throws -> RedisValue {
    try await RedisFailure.function { () async throws(RedisError) in
      try await client.eval(script, keys: [key], arguments: arguments, deadline: deadline)
    }
  }
}
