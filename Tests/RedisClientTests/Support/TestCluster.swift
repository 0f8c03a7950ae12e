import EmbeddedStores
import Foundation
import NIOCore
import NIOPosix
import RedisClient

/// A Redis Cluster of three servers on loopback ports, each with a third of the slots, and a replica of the first.
struct TestCluster {
  let servers: [RedisServer]
  let ids: [String]
  let ports: [Int]

  /// Makes a cluster, runs a test and stops the cluster.
  static func with(_ name: String, hasReplica: Bool = false, _ body: (TestCluster) async throws -> Void) async throws {
    let (servers, ports) = try await start(name, count: hasReplica ? 4 : 3)
    do {
      try await body(try await join(servers, ports))
    } catch {
      for server in servers { await server.stop() }
      throw error
    }
    for server in servers { await server.stop() }
  }

  /// Starts servers; tries again with other ports when somebody took one of them in between.
  private static func start(_ name: String, count: Int) async throws -> ([RedisServer], [Int]) {
    var attempt = 1
    while true {
      let ports = try await freePorts(2 * count)
      let servers = (0..<count).map { index in
        TestServer.make(
          "\(name)-\(attempt)-\(index)", durability: .appendOnlyFile, port: ports[index],
          settings: [
            "cluster-enabled": "yes", "cluster-node-timeout": "500", "cluster-port": "\(ports[count + index])",
            "cluster-require-full-coverage": "no",
          ])
      }
      do {
        for server in servers { try await server.start() }
        return (servers, ports)
      } catch {
        for server in servers { await server.stop() }
        guard attempt < 5 else { throw error }
        attempt += 1
      }
    }
  }

  private static func join(_ servers: [RedisServer], _ ports: [Int]) async throws -> TestCluster {
    var ids: [String] = []
    for (index, server) in servers.enumerated() {
      try await TestServer.withClient(of: server.url + "?cluster=false") { client in
        ids.append(try await client.command("CLUSTER", "MYID").string())
        try await client.command("CLUSTER", "SET-CONFIG-EPOCH", index + 1)
        if index < 3 {
          let first = index * KeySlot.count / 3
          try await client.command("CLUSTER", "ADDSLOTSRANGE", first, (index + 1) * KeySlot.count / 3 - 1)
        }
      }
    }
    let cluster = TestCluster(servers: servers, ids: ids, ports: ports)
    try await cluster.meet()
    if servers.count == 4 {
      try await cluster.onNode(3) { client in
        try await waitUntil { (try? await client.command("CLUSTER", "REPLICATE", ids[0])) != nil }
      }
      try await cluster.onNode(0) { client in
        try await waitUntil { try await client.command("INFO", "replication").string().contains("state=online") }
      }
    }
    for index in servers.indices {
      try await cluster.onNode(index) { client in
        try await waitUntil {
          let info = try await client.command("CLUSTER", "INFO").string()
          return info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:\(servers.count)")
            && info.contains("cluster_slots_ok:16384")
        }
      }
    }
    return cluster
  }

  /// Makes every node known to every other; a handshake that takes too long on a busy machine is tried again.
  private func meet() async throws {
    try await onNode(0) { client in
      try await waitUntil {
        for index in 1..<servers.count {
          try await client.command("CLUSTER", "MEET", "127.0.0.1", ports[index], ports[servers.count + index])
        }
        for _ in 0..<100 {
          try await Task.sleep(for: .milliseconds(10))
          if try await client.command("CLUSTER", "INFO").string().contains("cluster_size:3") { return true }
        }
        return false
      }
    }
  }

  /// Talks to one node only.
  func onNode(_ index: Int, _ body: (RedisClient) async throws -> Void) async throws {
    try await TestServer.withClient(of: servers[index].url + "?cluster=false", body)
  }

  /// The number of the node that serves a slot when the cluster is new.
  func owner(of slot: Int) -> Int { (0..<3).last { slot >= $0 * KeySlot.count / 3 } ?? 0 }

  /// The URL of one node.
  func url(_ index: Int) -> String { "redis://127.0.0.1:\(ports[index])" }

  /// Moves a slot with all its keys to another node, as an operator's tool does.
  func move(_ slot: Int, from source: Int, to target: Int) async throws {
    try await onNode(target) { try await $0.command("CLUSTER", "SETSLOT", slot, "IMPORTING", ids[source]) }
    try await onNode(source) { client in
      try await client.command("CLUSTER", "SETSLOT", slot, "MIGRATING", ids[target])
      while true {
        let keys = try await client.command("CLUSTER", "GETKEYSINSLOT", slot, 3).array().map { try $0.bytes() }
        if keys.isEmpty { break }
        var migrate = RedisCommand("MIGRATE", "127.0.0.1", ports[target], "", 0, 5000, "KEYS")
        migrate.append(contentsOf: keys)
        try await client.command(migrate)
      }
    }
    for index in [target, source, 3 - target - source] {
      try await onNode(index) { try await $0.command("CLUSTER", "SETSLOT", slot, "NODE", ids[target]) }
    }
  }

  /// Ports nobody uses at the moment, outside the range from which the system gives out others: a client that keeps
  /// trying to reach a dead server there could be given that very port and be connected to itself.
  private static func freePorts(_ count: Int) async throws -> [Int] {
    var channels: [any Channel] = []
    while channels.count < count {
      let port = Int.random(in: 10_000..<32_000)
      let attempt = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton).bind(host: "127.0.0.1", port: port)
      if let channel = try? await attempt.get() { channels.append(channel) }
    }
    let ports = channels.compactMap { $0.localAddress?.port }
    for channel in channels { try await channel.close().get() }
    return ports
  }
}
