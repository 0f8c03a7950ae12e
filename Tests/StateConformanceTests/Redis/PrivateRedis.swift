import EmbeddedStores
import Foundation
import Logging
import NIOPosix
import RedisClient
import Synchronization
import Testing

/// Redis servers for tests: each on a Unix socket of its own below a temporary folder, gone with this process.
enum PrivateRedis {
  /// Whether there is a program to run; says so once when there is none.
  static let isInstalled: Bool = {
    let found = findExecutable("redis-server") != nil || getenv("CABSTAND_REDIS_SERVER") != nil
    if !found { print("skipped: state in Redis, because redis-server is not installed") }
    return found
  }()

  private static let folder: String = {
    atexit { try? FileManager.default.removeItem(atPath: "/tmp/cabstand-state-tests-\(getpid())") }
    return "/tmp/cabstand-state-tests-\(getpid())"
  }()
  private static let counter = Atomic<Int>(0)

  /// Runs a test with a server that nobody else uses and a client of it.
  static func run(
    durability: RedisServer.Durability = .none, settings: [String: String] = [:],
    _ body: (RedisServer, RedisClient) async throws -> Void
  ) async throws {
    let name = "redis-\(counter.wrappingAdd(1, ordering: .relaxed).newValue)"
    let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let server = RedisServer(
      configuration: .init(
        directory: "\(folder)/\(name)", durability: durability,
        settings: settings.merging(["loglevel": "warning"]) { $1 }),
      logger: quiet)
    try await server.start()
    var configuration = try RedisConfiguration(url: server.url)
    configuration.commandDeadline = .seconds(20)
    let client = try RedisClient(
      configuration: configuration, eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: quiet)
    let outcome: Result<Void, any Error>
    do {
      outcome = .success(try await body(server, client))
    } catch {
      outcome = .failure(error)
    }
    await client.close()
    await server.stop()
    try outcome.get()
  }
}

/// Asks again and again until the answer is yes; an answer that never comes fails the test.
func eventually(
  _ what: Comment, sourceLocation: SourceLocation = #_sourceLocation, _ condition: () async throws -> Bool
) async throws {
  let limit = ContinuousClock.now + .seconds(30)
  while try await !condition() {
    guard ContinuousClock.now < limit else {
      Issue.record(what, sourceLocation: sourceLocation)
      return
    }
    try await Task.sleep(for: .milliseconds(2))
  }
}

extension RedisServer {
  /// Stops and starts the server, and waits until the client has noticed: a call that was on its way meanwhile fails, as its
  /// caller has to expect.
  func restart(noticedBy client: RedisClient) async throws {
    await stop()
    try await start()
    try await eventually("the client finds the server again") { (try? await client.command("PING")) != nil }
    try await eventually("all its connections do") {
      try await withThrowingTaskGroup(of: Bool.self) { group in
        for _ in 0..<16 { group.addTask { (try? await client.command("PING")) != nil } }
        return try await group.reduce(true) { $0 && $1 }
      }
    }
  }
}
