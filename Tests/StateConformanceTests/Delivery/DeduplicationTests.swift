import FunctionKit
import RedisState
import Testing

/// What a trigger has handled: in progress, completed, expired.
@Suite(.timeLimit(.minutes(8)))
struct DeduplicationTests {
  private func run(_ store: StreamStore, _ body: (any DeduplicationStore) async throws -> Void) async throws {
    switch store {
    case .memory: try await body(MemoryDeduplicationStore())
    case .redis:
      try await PrivateRedis.run { _, client in
        try await body(RedisDeduplication(client: client, deadline: .seconds(20)))
      }
    }
  }

  private func key(_ id: String, source: String = "/s", scope: String = "f/t") -> DeduplicationKey {
    DeduplicationKey(scope: scope, source: source, id: id)
  }

  @Test(arguments: StreamStore.available)
  func `an event is begun by one and completed once`(_ store: StreamStore) async throws {
    try await run(store) { store in
      let keys = [key("1"), key("2")]
      #expect(try await store.begin(keys, owner: "a", lease: .seconds(600)) == [.begun, .begun])
      #expect(try await store.begin(keys, owner: "b", lease: .seconds(600)) == [.inProgress, .inProgress])
      // The same owner goes on.
      #expect(try await store.begin([keys[0]], owner: "a", lease: .seconds(600)) == [.begun])
      try await store.complete([keys[0]], owner: "a", for: .seconds(600))
      try await store.release([keys[1]], owner: "b")
      #expect(try await store.begin(keys, owner: "b", lease: .seconds(600)) == [.completed, .inProgress])
      try await store.release(keys, owner: "a")
      #expect(try await store.begin(keys, owner: "b", lease: .seconds(600)) == [.completed, .begun])
    }
  }

  @Test(arguments: StreamStore.available)
  func `source, id and trigger tell events apart`(_ store: StreamStore) async throws {
    try await run(store) { store in
      let keys = [
        key("1"), key("1", source: "/other"), key("1", scope: "g/t"), key("1 2", source: "a"), key("2", source: "a 1"),
        key("}{x"), key(""),
      ]
      let states = try await store.begin(keys, owner: "a", lease: .seconds(600))
      #expect(states.allSatisfy { $0 == .begun })
      try await store.complete([keys[0]], owner: "a", for: .seconds(600))
      #expect(
        try await store.begin([keys[1], keys[2]], owner: "b", lease: .seconds(600)) == [.inProgress, .inProgress])
    }
  }

  @Test(arguments: StreamStore.available)
  func `what is in progress and what is completed expires`(_ store: StreamStore) async throws {
    try await run(store) { store in
      #expect(try await store.begin([key("1")], owner: "dead", lease: .milliseconds(1)) == [.begun])
      try await eventually("the lease ends") {
        try await store.begin([key("1")], owner: "b", lease: .seconds(600)) == [.begun]
      }
      try await store.complete([key("1")], owner: "b", for: .milliseconds(1))
      try await eventually("it is forgotten") {
        try await store.begin([key("1")], owner: "c", lease: .seconds(600)) == [.begun]
      }
    }
  }

  @Test(arguments: StreamStore.available)
  func `what says something else under a known name is a conflict`(_ store: StreamStore) async throws {
    try await run(store) { store in
      func key(_ payload: UInt64?) -> DeduplicationKey {
        DeduplicationKey(scope: "f/t", source: "/s", id: "1", payload: payload)
      }
      func begin(_ payload: UInt64?, as owner: String = "b") async throws -> DeduplicationState? {
        try await store.begin([key(payload)], owner: owner, lease: .seconds(600)).first
      }
      #expect(try await begin(.max, as: "a") == .begun)
      // While somebody is at it nobody knows whether it will be completed.
      #expect(try await begin(7) == .inProgress)
      try await store.complete([key(.max)], owner: "a", for: .seconds(600))
      #expect(try await begin(.max) == .completed)
      #expect(try await begin(7) == .conflict)
      #expect(try await begin(nil) == .completed)
      try await store.complete([key(nil)], owner: "a", for: .seconds(600))
      #expect(try await begin(7) == .completed)
    }
  }

  @Test(arguments: StreamStore.available)
  func `of many who begin one does`(_ store: StreamStore) async throws {
    try await run(store) { store in
      let begun = try await withThrowingTaskGroup(of: Int.self) { group in
        for owner in 0..<40 {
          group.addTask {
            try await store.begin([key("1")], owner: "o\(owner)", lease: .seconds(600)) == [.begun] ? 1 : 0
          }
        }
        return try await group.reduce(0, +)
      }
      #expect(begun == 1)
    }
  }
}

/// The last tick of each trigger.
@Suite(.timeLimit(.minutes(8)))
struct TickLedgerTests {
  private func run(_ store: StreamStore, _ body: (any TickLedger) async throws -> Void) async throws {
    switch store {
    case .memory: try await body(MemoryTickLedger())
    case .redis:
      try await PrivateRedis.run { _, client in try await body(RedisTicks(client: client, deadline: .seconds(20))) }
    }
  }

  private func tick(_ number: Int64, isDone: Bool = false) -> LedgerTick {
    LedgerTick(time: EventTime(unixMilliseconds: number), isDone: isDone, owner: "me")
  }

  @Test(arguments: StreamStore.available)
  func `it moves on by compare and set`(_ store: StreamStore) async throws {
    try await run(store) { ledger in
      #expect(try await ledger.last("a") == nil)
      #expect(try await ledger.advance("a", from: nil, to: tick(5)))
      #expect(try await !ledger.advance("a", from: nil, to: tick(6)))
      #expect(try await !ledger.advance("a", from: tick(4).time, to: tick(6)))
      #expect(try await ledger.last("a") == tick(5))
      try await ledger.finish("a", tick(4).time)
      #expect(try await ledger.last("a") == tick(5))
      try await ledger.finish("a", tick(5).time)
      #expect(try await ledger.last("a") == tick(5, isDone: true))
      #expect(try await ledger.advance("a", from: tick(5).time, to: tick(-3, isDone: true)))
      #expect(try await ledger.last("a") == tick(-3, isDone: true))
      #expect(try await ledger.last("b") == nil)
    }
  }

  @Test(arguments: StreamStore.available)
  func `of many who write the next tick one does`(_ store: StreamStore) async throws {
    try await run(store) { ledger in
      _ = try await ledger.advance("a", from: nil, to: tick(1))
      let won = try await withThrowingTaskGroup(of: Bool.self) { group in
        for _ in 0..<40 {
          group.addTask { try await ledger.advance("a", from: tick(1).time, to: tick(2)) }
        }
        return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
      }
      #expect(won == 1)
    }
  }
}
