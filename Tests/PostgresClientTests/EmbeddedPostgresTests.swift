import EmbeddedStores
import Glibc
import Testing

@testable import PostgresClient

/// The embedded server and the child process below it.
@Suite(.needsPostgres, .serialized, .timeLimit(.minutes(8)))
struct EmbeddedPostgresTests {
  private func withFolder(_ body: (String) async throws -> Void) async throws {
    var template = Array("/tmp/cabstand-embedded-XXXXXX".utf8CString)
    let folder = try #require(mkdtemp(&template).map { String(cString: $0) })
    chmod(folder, 0o755)
    do {
      try await body(folder)
    } catch {
      Directories.remove(folder)
      throw error
    }
    Directories.remove(folder)
  }

  private func server(_ folder: String) throws -> PostgresServer {
    try PostgresServer(configuration: .init(directory: folder, durability: .test), logger: TestServer.logger)
  }

  @Test func dataOutlivesAStopAndAKill() async throws {
    try await withFolder { folder in
      // Longer than a socket's path may be.
      let server = try server(folder + "/" + String(repeating: "deep/", count: 22) + "store")
      #expect(!server.socketDirectory.hasPrefix(folder))
      try await server.start()
      try await server.start()
      try await TestServer.withPool(connectionString: server.connectionString) { pool in
        try await pool.script("CREATE TABLE kept (id int); INSERT INTO kept VALUES (1)")
      }
      await server.stop()
      #expect(server.processID == nil)
      try await server.start()
      let process = try #require(server.processID)
      kill(process, SIGKILL)
      #expect(await server.waitForExit() == .signal(SIGKILL))
      try await server.start()
      try await TestServer.withPool(connectionString: server.connectionString) { pool in
        let id = try await pool.query("SELECT id FROM kept").only().int(0)
        #expect(id == 1)
      }
      await server.stop()
      await server.stop()
      Directories.remove(server.socketDirectory)
    }
  }

  @Test func aSecondServerOnTheSameDirectoryIsRefused() async throws {
    try await withFolder { folder in
      let first = try server(folder + "/pg")
      try await first.start()
      let second = try server(folder + "/pg")
      let error = await #expect(throws: EmbeddedStoreError.self) { try await second.start() }
      #expect(error?.code == .inUse)
      #expect(first.processID != nil)
      await first.stop()
      try await second.start()
      await second.stop()
    }
  }

  /// What a killed process leaves behind: a running server whose watchdog was killed as well, and its pid file.
  @Test func anOrphanIsStoppedAndItsPlaceTaken() async throws {
    try await withFolder { folder in
      let first = try server(folder + "/pg")
      try await first.start()
      await first.stop()
      // The same programs started behind the server's back stand for the orphan.
      let programs = try #require(
        (9...40).reversed().map { (version: Int) -> String in "/usr/lib/postgresql/\(version)/bin" }
          .first { access($0, F_OK) == 0 })
      let orphan = try ChildProcess.start(
        .init(
          executable: "\(programs)/postgres",
          arguments: [
            "-D", first.dataDirectory, "-c", "listen_addresses=", "-c",
            "unix_socket_directories=\(first.socketDirectory)",
          ],
          environment: ["LC_ALL": "C.UTF-8"], runAs: try UserAccount.unprivileged(["postgres", "nobody"])))
      try await TestServer.eventually {
        Directories.text(of: "\(first.dataDirectory)/postmaster.pid")?.contains("ready") == true
      }
      try await first.start()
      #expect(orphan.exitStatus != nil)
      #expect(first.processID != nil)
      await first.stop()
      // A reused process id in a stale file must not stop a start.
      let file = try #require(fopen("\(first.dataDirectory)/postmaster.pid", "w"))
      fputs("\(getpid())\n\(first.dataDirectory)\n", file)
      fclose(file)
      try await first.start()
      await first.stop()
    }
  }

  @Test func aClusterOfAnotherVersionIsRefused() async throws {
    try await withFolder { folder in
      mkdir("\(folder)/pg", 0o755)
      mkdir("\(folder)/pg/data", 0o755)
      let file = try #require(fopen("\(folder)/pg/data/PG_VERSION", "w"))
      fputs("9\n", file)
      fclose(file)
      let server = try server(folder + "/pg")
      let error = await #expect(throws: EmbeddedStoreError.self) { try await server.start() }
      #expect(error?.code == .startFailed)
      #expect(error?.message.contains("was made by PostgreSQL 9") == true)
    }
  }

  @Test func aFailedStartShowsTheLog() async throws {
    try await withFolder { folder in
      let server = try PostgresServer(
        configuration: .init(directory: folder + "/pg", durability: .test, settings: ["shared_buffers": "nonsense"]),
        logger: TestServer.logger)
      let error = await #expect(throws: EmbeddedStoreError.self) { try await server.start() }
      #expect(error?.code == .startFailed)
      #expect(error?.message.contains("nonsense") == true)
    }
  }

  @Test(.enabled("only root has to become somebody else") { geteuid() == 0 })
  func rootsOwnDirectoriesAreReplaced() throws {
    let user = try #require(try UserAccount.unprivileged(["postgres", "nobody"]))
    #expect(Directories.reachable("/tmp/anywhere/data", by: user) == "/tmp/anywhere/data")
    #expect(Directories.reachable("/tmp/anywhere/data", by: nil) == "/tmp/anywhere/data")
    if !Directories.canPass(user, to: "/root/x") {
      let place = Directories.reachable("/root/clone/.cabstand/postgres", by: user)
      #expect(place.hasPrefix("/var/lib/cabstand/"))
      #expect(place.hasSuffix("-postgres"))
      #expect(place == Directories.reachable("/root/clone/.cabstand/postgres", by: user))
      #expect(place != Directories.reachable("/root/other/.cabstand/postgres", by: user))
    }
  }

  @Test func aChildIsStoppedByTheLadder() async throws {
    let output = "/tmp/cabstand-child-\(getpid()).log"
    defer { unlink(output) }
    // It ignores SIGTERM, so only the last rung helps. The loop runs in the shell itself: no grandchild is left.
    let child = try ChildProcess.start(
      .init(
        executable: "/bin/sh", arguments: ["-c", "trap '' TERM; echo ready; while :; do :; done"], outputPath: output))
    try await TestServer.eventually { Directories.text(of: output) == "ready\n" }
    #expect(await child.waitForExit(within: .milliseconds(1)) == nil)
    #expect(await child.stop([.init(SIGTERM, patience: .milliseconds(50))]) == .signal(SIGKILL))
    #expect(!child.signal(SIGTERM))
    let quick = try ChildProcess.start(.init(executable: "/bin/sh", arguments: ["-c", "exit 7"]))
    #expect(await quick.waitForExit() == .code(7))
    let missing = try ChildProcess.start(.init(executable: "/nonexistent"))
    #expect(await missing.waitForExit() == .code(127))
  }

  /// The lifeline closes when its owner goes, as it does when the whole process dies.
  @Test func aForgottenChildIsStoppedByItsWatchdog() async throws {
    let process = try ChildProcess.start(.init(executable: "/bin/sleep", arguments: ["600"])).processID
    try await TestServer.eventually { kill(process, 0) != 0 }
  }

  @Test func waitingForAChildCanBeCancelled() async throws {
    let child = try ChildProcess.start(.init(executable: "/bin/sleep", arguments: ["600"]))
    let waiting = Task { await child.waitForExit() }
    waiting.cancel()
    #expect(await waiting.value == nil)
    #expect(await child.stop() == .signal(SIGTERM))
  }
}
