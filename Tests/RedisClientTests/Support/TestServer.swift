import EmbeddedStores
import Foundation
import Logging
import NIOCore
import NIOPosix
import RedisClient
import Synchronization
import Testing

/// The servers of the tests: private, on Unix sockets below a temporary folder, gone with this process.
enum TestServer {
  /// Whether there is a program to run; says so once when there is none.
  static let isInstalled: Bool = {
    let found = findExecutable("redis-server") != nil || getenv("CABSTAND_REDIS_SERVER") != nil
    if !found { print("skipped: tests against Redis, because redis-server is not installed") }
    return found
  }()

  static let folder: String = {
    let path = "/tmp/cabstand-redis-tests-\(getpid())"
    atexit { try? FileManager.default.removeItem(atPath: "/tmp/cabstand-redis-tests-\(getpid())") }
    return path
  }()

  private static let shared = Task {
    let server = make("shared")
    try await server.start()
    return server
  }

  /// A server that is not started.
  static func make(
    _ name: String, durability: RedisServer.Durability = .none, port: Int = 0, settings: [String: String] = [:]
  ) -> RedisServer {
    RedisServer(
      configuration: .init(
        directory: "\(folder)/\(name)", durability: durability, port: port,
        // With `everysec` even a kill may lose what was acknowledged, and these tests kill.
        settings: ["enable-debug-command": "yes", "loglevel": "warning", "appendfsync": "always"]
          .merging(settings) { $1 }),
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }

  /// Runs a test with a client of the server that all tests share.
  static func withClient(
    configure: (inout RedisConfiguration) -> Void = { _ in }, _ body: (RedisClient) async throws -> Void
  ) async throws {
    try await withClient(of: try await shared.value.url, configure: configure, body)
  }

  /// Runs a test with a client of some server.
  static func withClient(
    of url: String, configure: (inout RedisConfiguration) -> Void = { _ in },
    _ body: (RedisClient) async throws -> Void
  ) async throws {
    var configuration = try RedisConfiguration(url: url)
    configuration.commandDeadline = .seconds(20)
    configure(&configuration)
    let client = try RedisClient(
      configuration: configuration, eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    do {
      try await body(client)
      await client.close()
    } catch {
      await client.close()
      throw error
    }
  }

  /// A key that no other test uses.
  static func key(_ name: String = #function) -> String {
    "\(name)-\(counter.wrappingAdd(1, ordering: .relaxed).newValue)"
  }

  private static let counter = Atomic<Int>(0)
}

/// Expects a failure of one kind and returns it.
func expectFailure<R>(
  _ code: RedisError.Code, sourceLocation: SourceLocation = #_sourceLocation,
  _ body: () async throws -> R
) async -> RedisError? {
  do {
    _ = try await body()
    Issue.record("expected \(code)", sourceLocation: sourceLocation)
    return nil
  } catch let error as RedisError {
    #expect(error.code == code, "\(String(reflecting: error))", sourceLocation: sourceLocation)
    return error
  } catch {
    Issue.record("unexpected \(error)", sourceLocation: sourceLocation)
    return nil
  }
}
