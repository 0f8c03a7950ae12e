import EmbeddedStores
import Glibc
import RedisClient
import Testing

@Suite("A real cluster", .enabled(if: TestServer.isInstalled), .timeLimit(.minutes(8)), .serialized)
struct ClusterTests {
  @Test("keys find their nodes, whether the cluster was announced or not")
  func routing() async throws {
    try await TestCluster.with("routing") { cluster in
      for url in [cluster.url(0) + "?cluster=true", cluster.url(1), cluster.servers[2].url] {
        try await TestServer.withClient(of: url) { client in
          for number in 0..<300 { try await client.command("SET", "key\(number)", number) }
          let gets = (0..<300).map { RedisCommand("GET", "key\($0)") }
          #expect(try await client.pipeline(gets).map { try $0.get().integer() } == Array(0..<300))
          let script = RedisScript("return redis.call('GET', KEYS[1]) .. ARGV[1] -- \(url)")
          for number in 0..<20 {
            let answer = try await client.eval(script, keys: ["key\(number)"], arguments: ["!"]).string()
            #expect(answer == "\(number)!")
          }
          let both = try await client.transaction([RedisCommand("INCR", "{t}a"), RedisCommand("INCR", "{t}b")])
          #expect(both.count == 2)
          let across = await expectFailure(.server) { try await client.command("MGET", "key1", "key2") }
          #expect(across?.serverPrefix == "CROSSSLOT")
          _ = await expectFailure(.invalidCommand) {
            try await client.transaction([RedisCommand("INCR", "key1"), RedisCommand("INCR", "key2")])
          }
          try await client.command("RPUSH", "{q}list", "x")
          let popped = try await client.blocking(RedisCommand("BLPOP", "{q}list", 1), for: .seconds(1))
          #expect(try popped.array().count == 2)
          try await client.command("XADD", "{s}stream", "*", "a", 1)
          let read = try await client.command("XREAD", "COUNT", 10, "STREAMS", "{s}stream", "0").array()
          #expect(!read.isEmpty)
        }
      }
      try await cluster.onNode(0) { client in
        let foreign = (0..<300).map { "key\($0)" }.first { cluster.owner(of: KeySlot.slot(of: Array($0.utf8))) != 0 }
        let error = await expectFailure(.server) { try await client.command("GET", foreign ?? "") }
        #expect(error?.serverPrefix == "MOVED")
      }
    }
  }

  @Test("a slot moves under load: every increment counts once and nobody sees an error")
  func migration() async throws {
    try await TestCluster.with("migration") { cluster in
      try await TestServer.withClient(of: cluster.url(0)) { client in
        let slot = KeySlot.slot(of: Array("move".utf8))
        let source = cluster.owner(of: slot)
        let increments = Tally()
        let isDone = Tally()
        let lua = "redis.call('INCR', KEYS[1]) return redis.call('INCR', KEYS[2])"
        try await withThrowingTaskGroup { group in
          for worker in 0..<8 {
            group.addTask {
              while isDone.value == 0 {
                let number = Int.random(in: 0..<100)
                let (key, other) = ("{move}\(number)", "{move}\((number + 1) % 100)")
                switch worker % 4 {
                case 0: try await client.command("INCR", key)
                case 1:
                  for answer in try await client.pipeline([RedisCommand("INCR", key), RedisCommand("INCR", other)]) {
                    _ = try answer.get()
                  }
                // Always a script that no node knows, so that it meets redirections while it is being loaded.
                case 2: try await client.eval(RedisScript(lua + " -- \(increments.value)"), keys: [key, other])
                default: _ = try await client.transaction([RedisCommand("INCR", key), RedisCommand("INCR", other)])
                }
                increments.add(worker % 4 == 0 ? 1 : 2)
              }
            }
          }
          group.addTask {
            defer { isDone.add(1) }
            var here = source
            for _ in 0..<6 {
              let next = (here + 1) % 3
              try await cluster.move(slot, from: here, to: next)
              here = next
            }
          }
          try await group.waitForAll()
        }
        var sum = 0
        for number in 0..<100 {
          sum += try await client.command("GET", "{move}\(number)").optionalBytes().flatMap { Int(text: $0) } ?? 0
        }
        #expect(sum == increments.value)
        #expect(sum > 100)
      }
    }
  }

  @Test("a node is killed: the others go on, its keys fail in time, and work again when it is back")
  func nodeKilled() async throws {
    try await TestCluster.with("killed") { cluster in
      try await TestServer.withClient(of: cluster.url(0) + "?cluster=true") { client in
        let keys = (0..<60).map { "key\($0)" }
        for key in keys { try await client.command("SET", key, key) }
        let victim = 1
        let (lost, kept) = (
          keys.filter { cluster.owner(of: KeySlot.slot(of: Array($0.utf8))) == victim },
          keys.filter { cluster.owner(of: KeySlot.slot(of: Array($0.utf8))) != victim }
        )
        #expect(!lost.isEmpty && !kept.isEmpty)
        kill(try #require(cluster.servers[victim].processID), SIGKILL)
        _ = await cluster.servers[victim].waitForExit()
        for key in kept {
          let value = try await client.command("GET", key).string()
          #expect(value == key)
        }
        for key in lost.prefix(3) {
          do {
            try await client.command("GET", key, deadline: .milliseconds(200))
            Issue.record("answered by a dead node")
          } catch let error as RedisError {
            #expect(error.isTransient, "\(String(reflecting: error))")
            #expect([.connectFailed, .connectionLost, .clusterDown, .timeout, .server].contains(error.code))
          }
        }
        try await cluster.servers[victim].start()
        for key in lost {
          try await waitUntil { (try? await client.command("GET", key).string()) == key }
        }
      }
    }
  }

  @Test("a master is killed: its replica takes over and the client follows")
  func failover() async throws {
    try await TestCluster.with("failover", hasReplica: true) { cluster in
      try await TestServer.withClient(of: cluster.url(1) + "?cluster=true") { client in
        let key = try #require(
          (0..<60).map { "key\($0)" }.first { cluster.owner(of: KeySlot.slot(of: Array($0.utf8))) == 0 })
        try await client.command("SET", key, 1)
        try await cluster.onNode(0) { try await $0.command("WAIT", 1, 1000) }
        kill(try #require(cluster.servers[0].processID), SIGKILL)
        _ = await cluster.servers[0].waitForExit()
        // The connection may have been lost with this command on its way; the next one waits for the new master.
        _ = try? await client.command("GET", key)
        let value = try await client.command("INCR", key).integer()
        #expect(value == 2)
      }
    }
  }

  @Test("a master freezes: nobody closes its connections, and still the client finds the replica that took over")
  func frozen() async throws {
    try await TestCluster.with("frozen", hasReplica: true) { cluster in
      let key = try #require(
        (0..<60).map { "key\($0)" }.first { cluster.owner(of: KeySlot.slot(of: Array($0.utf8))) == 0 })
      let process = try #require(cluster.servers[0].processID)
      defer { kill(process, SIGCONT) }
      try await TestServer.withClient(of: cluster.url(1) + "?cluster=true") { client in
        try await client.command("SET", key, 1)
        try await cluster.onNode(0) { try await $0.command("WAIT", 1, 1000) }
        kill(process, SIGSTOP)
        try await waitUntil { (try? await client.command("GET", key, deadline: .milliseconds(200)).integer()) == 1 }
      }
    }
  }
}

extension Int {
  fileprivate init?(text: [UInt8]) { self.init(String(decoding: text, as: UTF8.self)) }
}
