import EmbeddedStores
import FunctionKit
import RedisClient
import RedisState
import Testing

/// Leases: one holder, growing tokens.
@Suite struct LeaseTests {
  private func run(_ store: StreamStore, _ body: (any LeaseKeeper) async throws -> Void) async throws {
    switch store {
    case .memory: try await body(MemoryLeaseKeeper())
    case .redis:
      try await PrivateRedis.run { _, client in try await body(RedisLeases(client: client, deadline: .seconds(20))) }
    }
  }

  @Test(arguments: StreamStore.available)
  func `a name has one holder`(_ store: StreamStore) async throws {
    try await run(store) { keeper in
      let lease = try #require(try await keeper.acquire("match:sf", for: .seconds(600)))
      #expect(lease.name == "match:sf")
      #expect(try await keeper.acquire("match:sf", for: .seconds(600)) == nil)
      #expect(try await keeper.acquire("match:nyc", for: .seconds(600)) != nil)
      try await keeper.release(lease)
      let next = try #require(try await keeper.acquire("match:sf", for: .seconds(600)))
      #expect(next.fencingToken > lease.fencingToken)
      // The first holder, late, takes nothing away from the second.
      try await keeper.release(lease)
      #expect(try await keeper.acquire("match:sf", for: .seconds(600)) == nil)
    }
  }

  @Test(arguments: StreamStore.available)
  func `a lease ends by itself`(_ store: StreamStore) async throws {
    try await run(store) { keeper in
      let lease = try #require(try await keeper.acquire("a", for: .milliseconds(1)))
      var next: Lease?
      try await eventually("the lease ends") {
        next = try await keeper.acquire("a", for: .seconds(600))
        return next != nil
      }
      #expect(try #require(next).fencingToken > lease.fencingToken)
    }
  }

  @Test(arguments: StreamStore.available)
  func `of many who ask one gets it`(_ store: StreamStore) async throws {
    try await run(store) { keeper in
      let held = try await withThrowingTaskGroup(of: Lease?.self) { group in
        for _ in 0..<50 { group.addTask { try await keeper.acquire("a", for: .seconds(600)) } }
        return try await group.reduce(into: 0) { count, lease in count += lease == nil ? 0 : 1 }
      }
      #expect(held == 1)
    }
  }

  @Test(arguments: StreamStore.available)
  func `only the holder makes a lease longer`(_ store: StreamStore) async throws {
    try await run(store) { keeper in
      let lease = try #require(try await keeper.acquire("a", for: .seconds(600)))
      #expect(try await keeper.renew(lease, for: .seconds(600)))
      #expect(try await !keeper.renew(Lease(name: "a", fencingToken: lease.fencingToken - 1), for: .seconds(600)))
      // It counts from now on, so a renewal can bring the end nearer.
      #expect(try await keeper.renew(lease, for: .milliseconds(1)))
      try await eventually("the lease ends") { try await !keeper.renew(lease, for: .milliseconds(1)) }
      let next = try #require(try await keeper.acquire("a", for: .seconds(600)))
      #expect(try await !keeper.renew(lease, for: .seconds(600)))
      try await keeper.release(next)
      #expect(try await !keeper.renew(next, for: .seconds(600)))
    }
  }

  @Test(.enabled(if: PrivateRedis.isInstalled))
  func `a renewed lease holds as long as was asked`() async throws {
    try await PrivateRedis.run { _, client in
      let keeper = RedisLeases(client: client, deadline: .seconds(20))
      let lease = try #require(try await keeper.acquire("a", for: .seconds(60)))
      #expect(try await keeper.renew(lease, for: .seconds(600)))
      #expect(try await client.command("PTTL", "{lease:a}:holder").integer() > 60_000)
    }
  }

  @Test(.enabled(if: PrivateRedis.isInstalled))
  func `tokens grow although Redis lost the last one`() async throws {
    try await PrivateRedis.run { server, client in
      let keeper = RedisLeases(client: client, deadline: .seconds(20))
      var last: UInt64 = 0
      for round in 0..<6 {
        let lease = try #require(try await keeper.acquire("a", for: .seconds(600)))
        #expect(lease.fencingToken > last)
        last = lease.fencingToken
        if round % 2 == 0 {
          try await client.command("FLUSHALL")
        } else {
          try await server.restart(noticedBy: client)
        }
      }
    }
  }
}
