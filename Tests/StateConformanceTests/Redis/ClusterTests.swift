import DispatchCore
import DispatchState
import FunctionKit
import Glibc
import RedisClient
import RedisState
import Testing

/// Every call's keys lie in one slot: a node of a cluster refuses anything else.
@Suite(.enabled(if: PrivateRedis.isInstalled)) struct ClusterTests {
  /// A port for the bus, on which a node insists although it has nobody to talk to.
  private static func freePort() throws -> UInt16 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &size) == 0
      }
    }
    try #require(isBound)
    return UInt16(bigEndian: address.sin_port)
  }

  @Test func `all state works on a cluster's node`() async throws {
    let settings = ["cluster-enabled": "yes", "cluster-port": "\(try Self.freePort())"]
    try await PrivateRedis.run(settings: settings) { _, client in
      try await client.command("CLUSTER", "ADDSLOTSRANGE", 0, 16_383)
      try await eventually("the cluster is up") {
        try await client.command("CLUSTER", "INFO").string().contains("cluster_state:ok")
      }
      await #expect(throws: RedisError.self) { try await client.command("MGET", "{a}", "{b}") }

      let fleet = RedisFleet(client: client, deadline: .seconds(20))
      try await fleet.apply((0..<300).map { FleetSamples.status($0) })
      _ = try await fleet.record((0..<300).map { FleetSamples.ping($0, at: $0 % 24) })
      _ = try await fleet.record((0..<300).map { FleetSamples.ping($0, at: ($0 + 1) % 24, second: 1) })
      #expect(try await fleet.idle().count == 300)
      #expect(try await fleet.known(7) != nil)
      try await fleet.markBuilt(FleetSamples.region)
      #expect(try await !fleet.needsRebuild(FleetSamples.region))
      let end = FleetSamples.start.advanced(bySeconds: 9)
      #expect(
        try await fleet.sweep(in: FleetSamples.region, silentSince: end, forgottenSince: end, limit: 10_000) == 300)
      #expect(try await fleet.countedSupply().isEmpty)

      let surface = SurgeSamples.surface(version: 7, zones: 700)
      #expect(try await fleet.publish(surface, replacing: nil))
      #expect(try await fleet.surge(in: FleetSamples.region) == surface)
      #expect(try await fleet.price(of: surface.zones[9].cell, in: FleetSamples.region)?.zone == surface.zones[9])

      let stream = RedisEventStream(client: client, deadline: .seconds(20))
      for topic in ["rides", "sf:rides"] {
        try await stream.createGroup(topic: topic, group: "g")
        try await stream.publish(StreamSamples.events(0..<3), to: topic)
        let entries = try await stream.read(
          topic: topic, group: "g", consumer: "a", count: 3, block: .milliseconds(100))
        try await stream.keepAlive(entries.map(\.id), topic: topic, group: "g", consumer: "a")
        #expect(
          try await stream.claimIdle(topic: topic, group: "g", consumer: "b", minIdle: .zero, count: 9).count == 3)
      }

      let leases = RedisLeases(client: client, deadline: .seconds(20))
      let lease = try #require(try await leases.acquire("match:sf", for: .seconds(60)))
      #expect(try await leases.renew(lease, for: .seconds(60)))
      try await leases.release(lease)

      let ticks = RedisTicks(client: client, deadline: .seconds(20))
      let moment = EventTime(unixMilliseconds: 5)
      #expect(try await ticks.advance("cron/a", from: nil, to: LedgerTick(time: moment, isDone: true)))
      #expect(try await ticks.last("cron/a")?.time == moment)

      let handled = RedisDeduplication(client: client, deadline: .seconds(20))
      let keys = (0..<9).map { DeduplicationKey(scope: "f/t\($0)", source: "/s", id: "{x}\($0)") }
      #expect(try await handled.begin(keys, owner: "a", lease: .seconds(60)).allSatisfy { $0 == .begun })
      try await handled.complete(keys, owner: "a", for: .seconds(60))
      #expect(try await handled.begin(keys, owner: "b", lease: .seconds(60)).allSatisfy { $0 == .completed })
    }
  }
}
