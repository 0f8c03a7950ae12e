import DispatchCore
import DispatchState
import EmbeddedStores
import FunctionKit
import Logging
import RedisClient
import RedisState
import Testing

/// Messages of the outbox as events, and the tail that hands them to the feeds.
@Suite struct FeedTailTests {
  private static func message(_ sequence: Int64, driver: String? = "cab-1", ride: String = "r1") -> SequencedMessage {
    SequencedMessage(
      sequence: sequence,
      message: OutboxMessage(
        type: "cabstand.ride.accepted.v1", feedEvent: driver == nil ? "" : "ride", region: RegionID(trusted: "sf"),
        ride: RideID(trusted: ride), driver: driver.map { DriverID(trusted: $0) }, isForRide: sequence % 2 == 0,
        time: Timestamp(unixMilliseconds: 1_212_735_600_123), body: Array("{\"version\":\(sequence)}".utf8)))
  }

  @Test(arguments: [1, 2, .max] as [Int64], ["cab-1", nil])
  func `a message is the same after its way as an event`(sequence: Int64, driver: String?) {
    let message = Self.message(sequence, driver: driver)
    let event = OutboxEvent.event(message)
    #expect(event.subject == "r1")
    #expect(event.extensions["partitionkey"] == "r1")
    #expect(event.extensions["sequence"] == "\(sequence)")
    #expect(event.extensions["driverid"] == driver)
    #expect(OutboxEvent.message(event) == message)
  }

  @Test func `other events are no messages`() {
    #expect(OutboxEvent.message(StreamSamples.event(1)) == nil)
    var event = OutboxEvent.event(Self.message(1))
    event.extensions["region"] = "no region"
    #expect(OutboxEvent.message(event) == nil)
    event = OutboxEvent.event(Self.message(1))
    event.extensions["sequence"] = "1e3"
    #expect(OutboxEvent.message(event) == nil)
  }

  /// Runs a test with a tail that is known to read.
  private func withTail(
    durability: RedisServer.Durability = .none,
    _ body: (RedisServer, RedisClient, RedisEventStream, inout AsyncStream<SequencedMessage>.Iterator) async throws ->
      Void
  ) async throws {
    try await PrivateRedis.run(durability: durability) { server, client in
      let hub = FeedHub(bufferedMessages: 10_000)
      let stream = RedisEventStream(client: client, deadline: .seconds(20))
      let tail = RedisFeedTail(
        client: client, hub: hub, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
      let service = Task { try await tail.run() }
      var messages = hub.subscribe(to: .driver(DriverID(trusted: "cab-1"))).makeAsyncIterator()
      try await Self.reach(hub, stream)
      try await body(server, client, stream, &messages)
      service.cancel()
      try await service.value
      hub.close()
      #expect(await messages.next() == nil)
    }
  }

  /// Publishes to another driver until one message arrives: from then on nothing is missed.
  private static func reach(_ hub: FeedHub, _ stream: RedisEventStream) async throws {
    let probe = Task {
      for await _ in hub.subscribe(to: .driver(DriverID(trusted: "probe"))) { return }
    }
    let publisher = Task {
      while !Task.isCancelled {
        try? await stream.publish([OutboxEvent.event(Self.message(1, driver: "probe"))], to: "rides")
        try? await Task.sleep(for: .milliseconds(5))
      }
    }
    await probe.value
    publisher.cancel()
    await publisher.value
  }

  @Test(.enabled(if: PrivateRedis.isInstalled))
  func `published messages arrive in their order`() async throws {
    try await withTail { _, _, stream, messages in
      let sent = (1...700).map { Self.message(Int64($0)) }
      for start in stride(from: 0, to: sent.count, by: 70) {
        // Events of others in between do no harm.
        try await stream.publish(
          [StreamSamples.event(start)] + sent[start..<(start + 70)].map(OutboxEvent.event), to: "rides")
      }
      var received: [SequencedMessage] = []
      while received.count < sent.count, let message = await messages.next() { received.append(message) }
      #expect(received == sent)
    }
  }

  @Test(.enabled(if: PrivateRedis.isInstalled))
  func `a flush is survived`() async throws {
    try await withTail { _, client, stream, messages in
      for round in 1...3 {
        try await stream.publish([OutboxEvent.event(Self.message(Int64(round)))], to: "rides")
        #expect(await messages.next()?.sequence == Int64(round))
        try await client.command("FLUSHALL")
      }
    }
  }

  @Test(.enabled(if: PrivateRedis.isInstalled))
  func `a stream that starts over with lower ids is read from its beginning`() async throws {
    try await withTail { _, client, stream, messages in
      try await stream.publish([OutboxEvent.event(Self.message(1))], to: "rides")
      #expect(await messages.next()?.sequence == 1)
      try await client.command("FLUSHALL")
      // As after the failure of a server whose clock was ahead.
      let event = OutboxEvent.event(Self.message(2))
      var command = RedisCommand(
        "XADD", "{topic:rides}:events", "5-1", "i", event.id, "s", event.source, "t", event.type)
      for (name, value) in event.extensions {
        command.append(".\(name)")
        command.append(value)
      }
      for field in ["u", event.subject ?? "", "m", "5", "b", "{}"] { command.append(field) }
      try await client.command(command)
      #expect(await messages.next()?.sequence == 2)
    }
  }

  @Test(.enabled(if: PrivateRedis.isInstalled))
  func `a restart is survived without a gap`() async throws {
    try await withTail(durability: .appendOnlyFile) { server, client, stream, messages in
      for round in 1...3 {
        try await server.restart(noticedBy: client)
        try await stream.publish([OutboxEvent.event(Self.message(Int64(round)))], to: "rides")
        #expect(await messages.next()?.sequence == Int64(round))
      }
    }
  }
}
