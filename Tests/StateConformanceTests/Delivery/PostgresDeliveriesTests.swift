import DispatchCore
import DispatchState
import FunctionKit
import PostgresClient
import PostgresState
import RedisState
import Testing

/// Queues in PostgreSQL: the outbox for groups, and invocations that nobody waits for.
@Suite(.needsRecordServer, .timeLimit(.minutes(8)))
struct PostgresDeliveriesTests {
  private func run(
    _ body: (PostgresRecord, PostgresDeliveries, PostgresPool) async throws -> Void
  ) async throws {
    try await RecordServer.withDatabase { pool in
      try await body(
        PostgresRecord(pool: pool, logger: RecordServer.logger),
        PostgresDeliveries(pool: pool, content: .outbox, event: OutboxEvent.event), pool)
    }
  }

  private func insert(_ number: Int, _ types: [String], into record: PostgresRecord) async throws {
    let ride = try Sample.ride(number)
    _ = try await record.insert(ride, publishing: types.map { Sample.message($0, of: ride.id, body: "{\"n\":1}") })
  }

  private func read(
    _ deliveries: PostgresDeliveries, _ group: String = "g", as consumer: String = "a", block: Duration = .zero
  ) async throws -> [StreamEntry] {
    try await deliveries.read(topic: "outbox", group: group, consumer: consumer, count: 100, block: block)
  }

  @Test func `a group gets what is committed after it began, or everything`() async throws {
    try await run { record, outbox, _ in
      try await insert(1, ["before"], into: record)
      try await outbox.createGroup(topic: "outbox", group: "late", startingAt: .latest)
      try await outbox.createGroup(topic: "outbox", group: "all", startingAt: .earliest)
      try await outbox.createGroup(topic: "outbox", group: "all", startingAt: .earliest)
      try await insert(2, ["after"], into: record)
      #expect(try await read(outbox, "late").map(\.shortType) == ["after"])
      let all = try await read(outbox, "all")
      #expect(all.map(\.shortType) == ["before", "after"])
      #expect(all.first?.event.source == OutboxEvent.source)
      #expect(all.first?.event.body == Array("{\"n\":1}".utf8))
      #expect(try await read(outbox, "nobody").isEmpty)
      await #expect(throws: FunctionError.self) {
        try await outbox.read(topic: "rides", group: "g", consumer: "a", count: 1, block: .zero)
      }
    }
  }

  /// Of one ride one message is out at a time, whichever instance has it.
  @Test func `the order of a key holds across consumers`() async throws {
    try await run { record, outbox, _ in
      try await outbox.createGroup(topic: "outbox", group: "g", startingAt: .latest)
      try await insert(1, ["a1", "a2", "a3"], into: record)
      try await insert(2, ["b1"], into: record)
      let first = try await read(outbox, as: "a")
      #expect(first.map(\.shortType) == ["a1", "b1"])
      #expect(try await read(outbox, as: "b").isEmpty)
      try await outbox.acknowledge([first[0].id], topic: "outbox", group: "g")
      #expect(try await read(outbox, as: "b").map(\.shortType) == ["a2"])
      #expect(try await read(outbox, as: "a").isEmpty)
    }
  }

  @Test func `what a dead consumer left is claimed, what is kept alive is not`() async throws {
    try await run { record, outbox, _ in
      try await outbox.createGroup(topic: "outbox", group: "g", startingAt: .latest)
      try await insert(1, ["a1"], into: record)
      let taken = try await read(outbox, as: "dead")
      #expect(taken.first?.deliveryCount == 1)
      #expect(
        try await outbox.claimIdle(topic: "outbox", group: "g", consumer: "b", minIdle: .seconds(60), count: 9).isEmpty)
      let claimed = try await outbox.claimIdle(topic: "outbox", group: "g", consumer: "b", minIdle: .zero, count: 9)
      #expect(claimed.map(\.deliveryCount) == [2])
      #expect(claimed.first?.shortType == "a1")
      // The dead one's sign of life means nothing any more.
      try await outbox.keepAlive(taken.map(\.id), topic: "outbox", group: "g", consumer: "dead")
      try await outbox.acknowledge(claimed.map(\.id), topic: "outbox", group: "g")
      #expect(
        try await outbox.claimIdle(topic: "outbox", group: "g", consumer: "b", minIdle: .zero, count: 9).isEmpty)
    }
  }

  /// Sequences are drawn before commits: one that commits late is not passed over.
  @Test func `a transaction that commits late loses nothing`() async throws {
    try await run { record, outbox, pool in
      try await outbox.createGroup(topic: "outbox", group: "g", startingAt: .latest)
      let add: PostgresStatement = """
        INSERT INTO outbox (type, feed_event, region, ride_id, is_for_ride, time, body)
        VALUES ('cabstand.ride.early.v1', '', 'sf', 'r-early', true, 0, '{}')
        """
      try await pool.transaction { transaction in
        try await transaction.query(add)
        try await insert(2, ["later"], into: record)
        #expect(try await read(outbox).map(\.shortType) == ["later"])
      }
      #expect(try await read(outbox).map(\.shortType) == ["early"])
    }
  }

  @Test func `a waiting reader is woken by a commit, and finds what it was not told of`() async throws {
    try await run { record, outbox, pool in
      try await outbox.createGroup(topic: "outbox", group: "g", startingAt: .latest)
      let reader = Task { try await readSome(outbox, block: .seconds(60)) }
      try await Task.sleep(for: .milliseconds(50))
      try await insert(1, ["told"], into: record)
      #expect(try await reader.value.map(\.shortType) == ["told"])
      // Nobody notifies of this one.
      let silent = Task { try await readSome(outbox, block: .milliseconds(200)) }
      try await Task.sleep(for: .milliseconds(50))
      try await pool.query(
        """
        INSERT INTO outbox (type, feed_event, region, ride_id, is_for_ride, time, body)
        VALUES ('cabstand.ride.silent.v1', '', 'sf', 'r9', true, 0, '{}')
        """)
      #expect(try await silent.value.map(\.shortType) == ["silent"])
    }
  }

  /// Reads again and again, as triggers do: a reader may be woken, or tire, without finding anything.
  private func readSome(_ deliveries: PostgresDeliveries, block: Duration) async throws -> [StreamEntry] {
    while true {
      let entries = try await read(deliveries, block: block)
      if !entries.isEmpty { return entries }
    }
  }

  @Test func `many consumers share a backlog, each event once and in its key's order`() async throws {
    try await run { record, outbox, _ in
      try await outbox.createGroup(topic: "outbox", group: "g", startingAt: .latest)
      for number in 0..<30 {
        try await insert(number, (0..<4).map { "\(number) \($0)" }, into: record)
      }
      let seen = try await withThrowingTaskGroup(of: [String].self) { group in
        for consumer in 0..<4 {
          group.addTask {
            var seen: [String] = []
            var misses = 0
            while misses < 20 {
              let part = try await outbox.read(
                topic: "outbox", group: "g", consumer: "c\(consumer)", count: 5, block: .milliseconds(20))
              misses = part.isEmpty ? misses + 1 : 0
              for entry in part {
                seen.append(entry.shortType)
                try await outbox.acknowledge([entry.id], topic: "outbox", group: "g")
              }
            }
            return seen
          }
        }
        return try await group.reduce(into: [[String]]()) { $0.append($1) }
      }
      let all = seen.flatMap { $0 }
      #expect(all.count == 120)
      #expect(Set(all).count == 120)
      for list in seen {
        for number in 0..<30 {
          let own = list.filter { $0.hasPrefix("\(number) ") }
          #expect(own == own.sorted())
        }
      }
    }
  }

  @Test func `invocations are kept with their requests`() async throws {
    try await RecordServer.withDatabase { pool in
      let queue = PostgresDeliveries(pool: pool, content: .invocations, event: OutboxEvent.event)
      var event = StreamSamples.event(1)
      event.body = [1, 0, 2]
      event.request = HTTPRequestInfo(
        method: "POST", path: "/v1/rides", headers: [("x-cabstand-caller", "rider:u1"), ("accept", "*/*")])
      try await queue.publish([event, StreamSamples.event(2)], to: "request-ride")
      try await queue.publish([StreamSamples.event(3)], to: "other")
      let entries = try await queue.read(
        topic: "request-ride", group: "workers", consumer: "a", count: 9, block: .zero)
      #expect(entries.map(\.event.id) == ["e1", "e2"])
      #expect(entries.first?.event.request?.header("x-cabstand-caller") == "rider:u1")
      #expect(entries.first?.event.body == [1, 0, 2])
      try await queue.acknowledge(entries.map(\.id), topic: "request-ride", group: "workers")
      #expect(
        try await queue.claimIdle(topic: "request-ride", group: "workers", consumer: "b", minIdle: .zero, count: 9)
          .isEmpty)
    }
  }
}

extension StreamEntry {
  /// The event's type without what all types of rides share.
  fileprivate var shortType: String {
    event.type.replacing("cabstand.ride.", with: "").replacing(".v1", with: "")
  }
}
