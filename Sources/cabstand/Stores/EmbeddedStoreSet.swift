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

  init(_ options: StoreOptions, logger: Logger) throws {
    self.options = options
    redis =
      options.redisURL == nil
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
