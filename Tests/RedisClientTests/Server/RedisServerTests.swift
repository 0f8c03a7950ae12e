import EmbeddedStores
import Glibc
import RedisClient
import Testing

@Suite("The embedded server", .enabled(if: TestServer.isInstalled), .timeLimit(.minutes(8)))
struct RedisServerTests {
  @Test("what was written survives a stop and a kill")
  func persistence() async throws {
    let server = TestServer.make("persistent", durability: .appendOnlyFile)
    try await server.start()
    try await server.start()
    try await TestServer.withClient(of: server.url) { try await $0.command("SET", "a", 1) }
    await server.stop()
    #expect(server.processID == nil)
    #expect(access(server.socketPath, F_OK) != 0)
    try await server.start()
    try await TestServer.withClient(of: server.url) { client in
      #expect(try await client.command("GET", "a").integer() == 1)
      try await client.command("SET", "a", 2)
    }
    kill(try #require(server.processID), SIGKILL)
    _ = await server.waitForExit()
    try await server.start()
    try await TestServer.withClient(of: server.url) { client in
      let value = try await client.command("GET", "a").integer()
      #expect(value == 2)
    }
    await server.stop()
    await server.stop()
  }

  @Test("a server left over by a killed process is stopped, and its data is there")
  func leftover() async throws {
    let server = TestServer.make("leftover", durability: .appendOnlyFile)
    try await server.start()
    try await TestServer.withClient(of: server.url) { try await $0.command("SET", "a", 1) }
    await server.stop()
    // What a killed parent leaves behind: a server on the same data, socket and pid file, and nobody who owns it.
    let orphan = try ChildProcess.start(
      .init(
        executable: try #require(findExecutable("redis-server")),
        arguments: [
          "--port", "0", "--unixsocket", server.socketPath, "--dir", server.dataDirectory, "--appendonly", "yes",
          "--pidfile", "\(server.directory)/redis.pid", "--save", "",
        ]))
    try await TestServer.withClient(of: server.url) { client in
      try await waitUntil { (try? await client.command("INCR", "a")) != nil }
    }
    try await server.start()
    #expect(orphan.exitStatus != nil)
    #expect(server.processID != orphan.processID)
    try await TestServer.withClient(of: server.url) { client in
      let value = try await client.command("GET", "a").integer()
      #expect(value == 2)
    }
    await server.stop()
  }

  @Test("a folder with a long or strange name gets a socket that works")
  func longPath() async throws {
    for name in [String(repeating: "long-folder-name/", count: 8) + "end", "späce and %41 ?x#y"] {
      let server = TestServer.make(name)
      #expect(server.socketPath.utf8.count <= 107)
      try await server.start()
      try await TestServer.withClient(of: server.url) { client in
        let pong = try await client.command("PING")
        #expect(pong == .simple("PONG"))
      }
      await server.stop()
      unlink(server.socketPath)
      rmdir(String(server.socketPath.dropLast("/redis.sock".utf8.count)))
    }
  }

  @Test("two servers cannot share a folder")
  func shared() async throws {
    let (first, second) = (TestServer.make("same"), TestServer.make("same"))
    try await first.start()
    let error = await #expect(throws: EmbeddedStoreError.self) { try await second.start() }
    #expect(error?.code == .inUse)
    await first.stop()
    try await second.start()
    await second.stop()
  }

  @Test("a start that fails says what the server said")
  func failure() async throws {
    let server = TestServer.make("broken", settings: ["maxmemory-policy": "nonsense"])
    let error = await #expect(throws: EmbeddedStoreError.self) { try await server.start() }
    #expect(error?.code == .startFailed)
    #expect(error?.message.contains("maxmemory-policy") == true)
  }
}
