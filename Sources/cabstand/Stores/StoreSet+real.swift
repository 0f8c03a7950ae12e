import DispatchCore
import DispatchState
import EmbeddedStores
import FunctionKit
import Logging
import NIOPosix
import PostgresClient
import PostgresState
import RedisClient
import RedisState
import ServiceLifecycle
import TriggerRuntime

extension StoreSet {
  /// Redis and PostgreSQL: the ones at the given URLs, or private ones below the data directory.
  /// - Parameters:
  ///   - options: where the stores are.
  ///   - migrates: whether the schema is brought up to date first.
  ///   - gates: what stands before the stores; nil for nothing.
  ///   - logger: where it is told.
  static func real(
    _ options: StoreOptions, migrates: Bool, gates: StoreGates? = nil, logger: Logger
  ) async throws -> StoreSet {
    let embedded = try EmbeddedStoreSet(options, logger: logger)
    let urls = try await embedded.start()
    do {
      var postgresConfiguration = PostgresConfiguration(connectionString: urls.postgres)
      postgresConfiguration.maxConnections = options.postgresConnections
      gates?.apply(to: &postgresConfiguration)
      let pool = try PostgresPool(configuration: postgresConfiguration, logger: logger)
      if migrates {
        try await MigrationRun.apply(pool, logger: logger)
      }
      var redisConfiguration = try RedisConfiguration(url: urls.redis)
      gates?.apply(to: &redisConfiguration)
      let redis = try RedisClient(
        configuration: redisConfiguration, eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
        logger: logger)
      let streams = RedisEventStream(client: redis)
      let hub = FeedHub()
      let tail = RedisFeedTail(client: redis, hub: hub, logger: logger)
      let record = PostgresRecord(pool: pool, logger: logger)
      // Private stores have no other instance: a lease in Redis would only outlive a killed one.
      let leases: any LeaseKeeper = embedded.isPrivate ? MemoryLeaseKeeper() : RedisLeases(client: redis)
      var triggers = TriggerStores(
        leases: leases, ticks: RedisTicks(client: redis), streams: streams,
        outbox: PostgresDeliveries(pool: pool, content: .outbox, event: OutboxEvent.event),
        invocations: PostgresDeliveries(pool: pool, content: .invocations, event: OutboxEvent.event),
        deadLetters: PostgresDeadLetters(pool: pool), deduplication: RedisDeduplication(client: redis))
      triggers.shared = RedisKeyValueStore(client: redis)
      return StoreSet(
        record: record, fleet: RedisFleet(client: redis), hub: hub,
        publisher: streams,
        triggers: triggers,
        leases: leases,
        models: StoredModels(store: record, workbench: QueueWorkbench()), services: [pool, redis, tail],
        hasFeedTail: true, redisURL: urls.redis, postgresURL: urls.postgres,
        trouble: {
          do {
            _ = try await redis.command("PING", deadline: .seconds(1))
          } catch {
            return "Redis: \(error)"
          }
          do {
            _ = try await pool.query("SELECT 1", deadline: .seconds(1))
          } catch {
            return "PostgreSQL: \(error)"
          }
          return nil
        },
        stop: {
          await pool.shutdown()
          await redis.close()
          await embedded.stop()
        })
    } catch {
      await embedded.stop()
      throw error
    }
  }
}
