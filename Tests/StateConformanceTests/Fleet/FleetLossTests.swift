import DispatchCore
import DispatchState
import EmbeddedStores
import RedisClient
import RedisState
import Testing

/// What Redis loses, and that the fleet goes on.
@Suite(.enabled(if: PrivateRedis.isInstalled)) struct FleetLossTests {
  typealias Samples = FleetSamples

  @Test func `a flushed fleet asks to be built and starts anew`() async throws {
    try await PrivateRedis.run { _, client in
      let fleet = RedisFleet(client: client, deadline: .seconds(20))
      try await fleet.apply([Samples.status(1, version: 5)])
      _ = try await fleet.record([Samples.ping(1, second: 10)])
      try await fleet.markBuilt(Samples.region)
      #expect(try await !fleet.needsRebuild(Samples.region))
      try await client.command("FLUSHALL")
      #expect(try await fleet.needsRebuild(Samples.region))
      #expect(try await fleet.countedSupply().isEmpty)
      #expect(try await fleet.idle().isEmpty)
      // The record and the next position bring it back.
      try await fleet.apply([Samples.status(1, version: 5)])
      _ = try await fleet.record([Samples.ping(1, second: 11)])
      try await fleet.markBuilt(Samples.region)
      #expect(try await fleet.idle().count == 1)
      #expect(try await fleet.countedSupply().count == 1)
    }
  }

  @Test func `a restarted server keeps the fleet and asks for the statuses again`() async throws {
    try await PrivateRedis.run(durability: .appendOnlyFile) { server, client in
      let fleet = RedisFleet(client: client, deadline: .seconds(20))
      try await fleet.apply((0..<200).map { Samples.status($0) })
      _ = try await fleet.record((0..<200).map { Samples.ping($0, at: $0 % 24) })
      try await fleet.markBuilt(Samples.region)
      let before = try await fleet.countedSupply()
      await server.stop()
      try await server.start()
      #expect(try await fleet.countedSupply() == before)
      #expect(try await fleet.needsRebuild(Samples.region))
      _ = try await fleet.record((0..<200).map { Samples.ping($0, at: ($0 + 1) % 24, second: 1) })
      #expect(try await fleet.idle().count == 200)
      _ = try await fleet.countedSupply()
    }
  }

  @Test func `a server that is away is unavailable, and back again`() async throws {
    try await PrivateRedis.run { server, client in
      let fleet = RedisFleet(client: client, deadline: .seconds(20))
      let hurried = RedisFleet(client: client, deadline: .milliseconds(50))
      _ = try await fleet.record([Samples.ping(1)])
      await server.stop()
      await #expect {
        _ = try await hurried.record([Samples.ping(1, second: 1)])
      } throws: { error in
        if case .unavailable = error as? StateError { true } else { false }
      }
      try await server.start()
      _ = try await fleet.record([Samples.ping(1, second: 2)])
      #expect(try await fleet.known(1)?.seenAt == Samples.start.advanced(bySeconds: 2))
    }
  }

  @Test func `a cancelled caller gets a cancellation`() async throws {
    try await PrivateRedis.run { server, client in
      let fleet = RedisFleet(client: client, deadline: .seconds(20))
      await server.stop()
      let call = Task { try await fleet.record([FleetSamples.ping(1)], in: FleetSamples.region) }
      call.cancel()
      await #expect(throws: CancellationError.self) { try await call.value }
    }
  }
}
