import EmbeddedStores
import Logging

/// The private servers that this process runs because no URL names others.
struct EmbeddedStoreSet: Sendable {
  /// Where the stores are.
  struct URLs: Sendable {
    var redis: String
    var postgres: String
  }

  private let redis: RedisServer?
  private let postgres: PostgresServer?
  private let options: StoreOptions

  /// Creates them; nothing runs yet.
  /// - Parameters:
  ///   - options: where stores are that need not be started, and where the private ones keep their files.
  ///   - includingRedis: whether Redis is needed at all.
  ///   - logger: where it is told.
  init(_ options: StoreOptions, includingRedis: Bool = true, logger: Logger) throws {
    self.options = options
    redis =
      options.redisURL == nil && includingRedis
      ? RedisServer(configuration: .init(directory: "\(options.dataDirectory)/redis"), logger: logger) : nil
    postgres =
      options.postgresURL == nil
      ? try PostgresServer(configuration: .init(directory: "\(options.dataDirectory)/postgres"), logger: logger) : nil
  }

  /// Whether both servers are this process's own.
  var isPrivate: Bool { redis != nil && postgres != nil }

  /// Starts both at once.
  /// - Returns: where they are.
  func start() async throws -> URLs {
    do {
      async let redisStarted: Void? = redis?.start()
      async let postgresStarted: Void? = postgres?.start()
      _ = try await (redisStarted, postgresStarted)
    } catch {
      await stop()
      throw error
    }
    return URLs(
      redis: options.redisURL ?? redis?.url ?? "", postgres: options.postgresURL ?? postgres?.connectionString ?? "")
  }

  /// Stops both.
  func stop() async {
    await redis?.stop()
    await postgres?.stop()
  }
}
