import FunctionKit
import RedisState
import Testing

/// Values, counters and lists by key, in memory and in Redis alike.
@Suite(.timeLimit(.minutes(8)))
struct KeyValueStoreTests {
  private func run(_ store: StreamStore, _ body: (any KeyValueStore) async throws -> Void) async throws {
    switch store {
    case .memory: try await body(MemoryKeyValueStore())
    case .redis:
      try await PrivateRedis.run { _, client in
        try await body(RedisKeyValueStore(client: client, deadline: .seconds(20)))
      }
    }
  }

  @Test(arguments: StreamStore.available)
  func `a value is written where nobody else has written since`(_ store: StreamStore) async throws {
    try await run(store) { store in
      #expect(try await store.get("a") == nil)
      #expect(try await store.replace("a", revision: nil, with: [1], expiresAfter: nil))
      #expect(try await !store.replace("a", revision: nil, with: [2], expiresAfter: nil))
      #expect(try await store.get("a") == KeyValueEntry(value: [1], revision: 1))
      #expect(try await store.replace("a", revision: 1, with: [0, 255, 13, 10], expiresAfter: nil))
      #expect(try await !store.replace("a", revision: 1, with: [3], expiresAfter: nil))
      try await store.put("a", [])
      #expect(try await store.get("a") == KeyValueEntry(value: [], revision: 3))
      try await store.remove("a")
      #expect(try await store.get("a") == nil)
      #expect(try await !store.replace("a", revision: 3, with: [3], expiresAfter: nil))
    }
  }

  @Test(arguments: StreamStore.available)
  func `counters add up, also below zero`(_ store: StreamStore) async throws {
    try await run(store) { store in
      #expect(try await store.counters(of: "c") == [:])
      try await store.add(["x": 5, "y": -2], to: "c", expiresAfter: nil)
      try await store.add(["x": 1, "a b}{": 9], to: "c", expiresAfter: .seconds(600))
      try await store.add([:], to: "c", expiresAfter: nil)
      #expect(try await store.counters(of: "c") == ["x": 6, "y": -2, "a b}{": 9])
      #expect(try await store.get("c") == nil)
    }
  }

  @Test(arguments: StreamStore.available)
  func `a list takes what it has room for`(_ store: StreamStore) async throws {
    try await run(store) { store in
      let values = (0..<1_200).map { Array("value \($0)".utf8) }
      let answer1 = try await store.append(Array(values[..<700]), to: "l", limit: 1_000, expiresAfter: nil)
      #expect(answer1 == 700)
      let answer2 = try await store.append(Array(values[700...]), to: "l", limit: 1_000, expiresAfter: nil)
      #expect(answer2 == 300)
      let answer3 = try await store.append([[1]], to: "l", limit: 1_000, expiresAfter: nil)
      #expect(answer3 == 0)
      let answer4 = try await store.list("l", from: 0, limit: 2_000)
      #expect(answer4 == Array(values[..<1_000]))
      let answer5 = try await store.list("l", from: 998, limit: 10)
      #expect(answer5 == Array(values[998..<1_000]))
      let answer6 = try await store.list("l", from: 1_000, limit: 10)
      #expect(answer6 == [])
      let answer7 = try await store.list("l", from: 0, limit: 0)
      #expect(answer7 == [])
    }
  }

  @Test(arguments: StreamStore.available)
  func `what has a lifetime goes away`(_ store: StreamStore) async throws {
    try await run(store) { store in
      try await store.put("a", [1], expiresAfter: .milliseconds(1))
      try await store.add(["x": 1], to: "a", expiresAfter: .milliseconds(1))
      _ = try await store.append([[1]], to: "a", limit: 5, expiresAfter: .milliseconds(1))
      try await eventually("all of it is gone") {
        let isGone = try await store.get("a") == nil
        let hasNoCounters = try await store.counters(of: "a").isEmpty
        return try await store.list("a", from: 0, limit: 5).isEmpty && isGone && hasNoCounters
      }
      #expect(try await store.replace("a", revision: nil, with: [2], expiresAfter: nil))
    }
  }
}
