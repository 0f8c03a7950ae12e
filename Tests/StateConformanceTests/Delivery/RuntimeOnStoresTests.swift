import DispatchCore
import DispatchState
import FunctionKit
import Logging
import PostgresClient
import PostgresState
import RedisClient
import RedisState
import ServiceLifecycle
import Synchronization
import Testing
import TriggerRuntime

/// The trigger runtime on real Redis and PostgreSQL.
@Suite(.timeLimit(.minutes(8)))
struct RuntimeOnStoresTests {
  private static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  private struct ClosureFunction: Function {
    let body: @Sendable (Event, Context) async throws -> Response
    init(_ setup: FunctionSetup) throws { throw SetupError("made of a closure only") }
    init(_ body: @escaping @Sendable (Event, Context) async throws -> Response) { self.body = body }
    func handle(_ event: Event, _ context: Context) async throws -> Response { try await body(event, context) }
  }

  /// Things that tasks note.
  private final class Notes<Value: Sendable>: Sendable {
    private let state: Mutex<Value>
    init(_ value: Value) { state = Mutex(value) }
    var value: Value { state.withLock { $0 } }
    func change<T: Sendable>(_ body: (inout Value) -> T) -> T { state.withLock { value in body(&value) } }
  }

  private func runtime(
    _ trigger: String, stores: TriggerStores, clock: any WallClock = AdjustableClock(), http: HTTPServer? = nil,
    id: String? = nil, _ function: @escaping @Sendable (Event, Context) async throws -> Response
  ) throws -> TriggerRuntime {
    let yaml = """
      metadata: {name: settle}
      spec:
        handler: Test
        triggers:
          source: \(trigger)
      """
    var registry = FunctionRegistry()
    registry.register("Test") { _ in ClosureFunction(function) }
    var configuration = RuntimeConfiguration(instanceID: id)
    configuration.redrivePeriod = .milliseconds(10)
    configuration.leaseDuration = .milliseconds(300)
    return TriggerRuntime(
      functions: [try SpecificationReader(environment: [:]).read(yaml, file: "f.yaml")], registry: registry,
      clock: clock, http: http, stores: stores, configuration: configuration, logger: Self.quiet,
      metrics: PrometheusMetrics())
  }

  private func run(_ runtime: TriggerRuntime, while body: () async throws -> Void) async throws {
    let group = ServiceGroup(services: [runtime], logger: Self.quiet)
    let service = Task { try await group.run() }
    try await eventually("the runtime runs") { await runtime.readiness().isGood }
    do {
      try await body()
    } catch {
      await group.triggerGracefulShutdown()
      _ = await service.result
      throw error
    }
    await group.triggerGracefulShutdown()
    try await service.value
  }

  // MARK: Cron

  /// Stores of an instance that can be killed: after that nothing it does reaches them.
  private final class Lifeline: LeaseKeeper, TickLedger {
    struct Severed: Error {}
    let leases: RedisLeases
    let ticks: RedisTicks
    let isCut = Notes(false)

    init(_ client: RedisClient) {
      leases = RedisLeases(client: client, deadline: .seconds(20))
      ticks = RedisTicks(client: client, deadline: .seconds(20))
    }

    private func check() throws {
      if isCut.value { throw Severed() }
    }

    func acquire(_ name: String, for duration: Duration) async throws -> Lease? {
      try check()
      return try await leases.acquire(name, for: duration)
    }
    func renew(_ lease: Lease, for duration: Duration) async throws -> Bool {
      try check()
      return try await leases.renew(lease, for: duration)
    }
    func release(_ lease: Lease) async throws {
      try check()
      try await leases.release(lease)
    }
    func last(_ trigger: String) async throws -> LedgerTick? {
      try check()
      return try await ticks.last(trigger)
    }
    func advance(_ trigger: String, from known: EventTime?, to next: LedgerTick) async throws -> Bool {
      try check()
      return try await ticks.advance(trigger, from: known, to: next)
    }
    func finish(_ trigger: String, _ tick: EventTime) async throws {
      try check()
      try await ticks.finish(trigger, tick)
    }
  }

  /// Ten minutes of city time at rate 120 on two instances, one of which is killed at a tick in the middle: each tick once, none early.
  @Test(.enabled(if: PrivateRedis.isInstalled))
  func `cron fires once across instances, one of them killed`() async throws {
    try await PrivateRedis.run { _, client in
      let start = EventTime(unixMilliseconds: 1_212_735_600_000)
      let clock = AdjustableClock(anchor: .init(city: start, real: AdjustableClock.systemNow(), rate: 120))
      let lines = [Lifeline(client), Lifeline(client)]
      let ticks = Notes<[Int64]>([])
      let early = Notes(0)
      let killed = Notes(false)
      let runtimes = try lines.map { line in
        let stores = TriggerStores(leases: line, ticks: line)
        return try runtime("{kind: cron, attributes: {interval: 10s, missed: all}}", stores: stores, clock: clock) {
          event, _ in
          let due = event.time?.unixMilliseconds ?? 0
          if clock.now().unixMilliseconds < due { early.change { $0 += 1 } }
          let count = ticks.change { ticks in
            ticks.append(due)
            return ticks.count
          }
          if count >= 25,
            !killed.change({ was in
              defer { was = true }; return was
            })
          {
            line.isCut.change { $0 = true }
            try await Task.sleep(for: .seconds(1))
          }
          return .noContent
        }
      }
      try await run(runtimes[0]) {
        try await run(runtimes[1]) {
          try await eventually("ten minutes have passed") { ticks.value.count >= 60 }
        }
      }
      let seen = ticks.value
      #expect(killed.value)
      #expect(early.value == 0)
      #expect(Set(seen).count == seen.count, "a tick ran twice")
      let first = try #require(seen.first)
      #expect(seen == seen.indices.map { first + Int64($0) * 10_000 }, "a tick was lost")
    }
  }

  // MARK: Streams

  /// The handler of a stream fails: what succeeds after it does not commit past it, in Redis neither.
  @Test(.enabled(if: PrivateRedis.isInstalled))
  func `a failing stream handler is not committed past`() async throws {
    try await PrivateRedis.run { _, client in
      let stream = RedisEventStream(client: client, deadline: .seconds(20))
      let handled = Notes<[String]>([])
      let isMended = Notes(false)
      let trigger =
        "{kind: redis-stream, numWorkers: 2, maxAttempts: 1000, retry: {duration: 1ms, maxInterval: 5ms}, "
        + "attributes: {topic: rides}}"
      try await stream.publish(StreamSamples.events(0..<20), to: "rides")
      let function: @Sendable (Event, Context) async throws -> Response = { event, _ in
        if event.id == "e3", !isMended.value { throw FunctionError(.transient, code: "down", "is down") }
        handled.change { $0.append(event.id) }
        return .noContent
      }
      try await run(runtime(trigger, stores: TriggerStores(streams: stream), id: "first", function)) {
        // e3 holds up e10 and e17, which are of its key.
        try await eventually("all others are handled") { handled.value.count == 17 }
      }
      #expect(Set(handled.value).isDisjoint(with: ["e3", "e10", "e17"]))
      isMended.change { $0 = true }
      // Another instance takes over what the first left.
      let other = trigger.replacing("{topic: rides}", with: "{topic: rides, claimAfter: 20ms}")
      try await run(runtime(other, stores: TriggerStores(streams: stream), id: "second", function)) {
        try await eventually("the rest is handled") { handled.value.count == 20 }
      }
      #expect(Array(handled.value.suffix(3)) == ["e3", "e10", "e17"])
    }
  }

  /// Redeploying while events come loses none, and with deduplication handles none twice.
  @Test(.enabled(if: PrivateRedis.isInstalled))
  func `draining while redeploying loses nothing`() async throws {
    try await PrivateRedis.run { _, client in
      let stream = RedisEventStream(client: client, deadline: .seconds(20))
      let stores = TriggerStores(
        streams: stream, deduplication: RedisDeduplication(client: client, deadline: .seconds(20)))
      let handled = Notes<[String]>([])
      let trigger =
        "{kind: redis-stream, numWorkers: 4, delivery: effectivelyOnce, "
        + "attributes: {topic: rides, claimAfter: 20ms}}"
      let function: @Sendable (Event, Context) async throws -> Response = { event, _ in
        await Task.yield()
        handled.change { $0.append(event.id) }
        return .noContent
      }
      for round in 0..<5 {
        // Each event twice.
        let events = StreamSamples.events(round * 24..<(round + 1) * 24)
        try await stream.publish(events + events, to: "rides")
        try await run(runtime(trigger, stores: stores, id: "i\(round)", function)) {
          try await eventually("some are handled") { handled.value.count > round * 5 }
        }
      }
      try await run(runtime(trigger, stores: stores, id: "last", function)) {
        try await eventually("all are handled") { handled.value.count >= 120 }
        try await eventually("nothing is left") {
          try await client.command("XPENDING", "{topic:rides}:events", "settle").array().first == .integer(0)
        }
      }
      #expect(handled.value.count == 120)
      #expect(Set(handled.value).count == 120)
    }
  }

  /// The broker forgets topic and group, and then goes away for a moment: the trigger subscribes anew by itself.
  @Test(.enabled(if: PrivateRedis.isInstalled))
  func `a subscription that the broker forgot is made again`() async throws {
    try await PrivateRedis.run { server, client in
      let stream = RedisEventStream(client: client, deadline: .seconds(20))
      let handled = Notes<[String]>([])
      let trigger = "{kind: redis-stream, numWorkers: 2, attributes: {topic: rides, claimAfter: 20ms}}"
      let function: @Sendable (Event, Context) async throws -> Response = { event, _ in
        handled.change { $0.append(event.id) }
        return .noContent
      }
      try await run(runtime(trigger, stores: TriggerStores(streams: stream), function)) {
        for (round, loss) in ["nothing", "flush", "restart"].enumerated() {
          switch loss {
          case "flush": try await client.command("FLUSHALL")
          case "restart": try await server.restart(noticedBy: client)
          default: break
          }
          let events = StreamSamples.events(round * 5..<round * 5 + 5)
          try await eventually("the stream takes events") {
            (try? await stream.publish(events, to: "rides")) != nil
          }
          try await eventually("all are handled") { Set(handled.value).isSuperset(of: events.map(\.id)) }
        }
      }
    }
  }

  // MARK: PostgreSQL

  @Test(.needsRecordServer)
  func `outbox messages reach a function, poison the dead letters, and a redrive the function again`() async throws {
    try await RecordServer.withDatabase { pool in
      let record = PostgresRecord(pool: pool, logger: RecordServer.logger)
      let letters = PostgresDeadLetters(pool: pool)
      let stores = TriggerStores(
        outbox: PostgresDeliveries(pool: pool, content: .outbox, event: OutboxEvent.event), deadLetters: letters)
      let seen = Notes<[String]>([])
      let isMended = Notes(false)
      let trigger =
        "{kind: postgres, numWorkers: 4, maxAttempts: 2, retry: {duration: 1ms, maxInterval: 2ms}, "
        + "attributes: {types: [cabstand.ride.good.v1, cabstand.ride.bad.v1], initialOffset: earliest, pollInterval: 200ms}}"
      try await run(
        runtime(trigger, stores: stores) { event, context in
          if event.type == "cabstand.ride.bad.v1", !isMended.value {
            throw FunctionError(.transient, code: "down", "is down")
          }
          seen.change { $0.append("\(event.type) \(event.extensions["redrives"] ?? "-")") }
          return .noContent
        }
      ) {
        for number in 0..<3 {
          let ride = try Sample.ride(number)
          _ = try await record.insert(
            ride, publishing: ["good", "other", "bad", "good"].map { Sample.message($0, of: ride.id) })
        }
        try await eventually("the bad ones are dead letters") {
          try await letters.letters(DeadLetterFilter()).count == 3
        }
        try await eventually("the good ones are handled") { seen.value.count == 6 }
        isMended.change { $0 = true }
        #expect(try await letters.redrive(DeadLetterFilter(function: "settle")) == 3)
        try await eventually("the bad ones are handled") {
          seen.value.filter { $0 == "cabstand.ride.bad.v1 1" }.count == 3
        }
        try await eventually("no dead letters are left") { try await letters.letters(DeadLetterFilter()).isEmpty }
      }
      #expect(seen.value.count == 9)
    }
  }
}
