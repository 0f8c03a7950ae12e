import EmbeddedStores
import Glibc
import Testing

@testable import PostgresClient

@Suite(.needsPostgres, .timeLimit(.minutes(8)))
struct PostgresListenTests {
  @Test func notificationsArriveOnTheirChannelOnly() async throws {
    try await TestServer.withPool { pool in
      var rides = pool.listen(channel: "rides \"odd\"").makeAsyncIterator()
      var more = pool.listen(channel: "rides \"odd\"").makeAsyncIterator()
      #expect(await rides.next() == .listening)
      // Both readers hear of both confirmations or of one; the first element is always the marker.
      #expect(await more.next() == .listening)
      try await pool.notify(channel: "other", payload: "no")
      for number in 0..<3 { try await pool.notify(channel: "rides \"odd\"", payload: "\(number)") }
      #expect(await messages(3, from: &rides) == ["0", "1", "2"])
      #expect(await messages(3, from: &more) == ["0", "1", "2"])
    }
  }

  @Test func aRolledBackNotificationIsNotHeard() async throws {
    struct Refusal: Error {}
    try await TestServer.withPool { pool in
      var reader = pool.listen(channel: "undone").makeAsyncIterator()
      #expect(await reader.next() == .listening)
      try? await pool.transaction { transaction in
        try await transaction.query("SELECT pg_notify('undone', 'never')")
        throw Refusal()
      }
      try await pool.transaction { transaction in try await transaction.query("SELECT pg_notify('undone', 'yes')") }
      #expect(await messages(1, from: &reader) == ["yes"])
    }
  }

  @Test func listeningGoesOnAfterARestartOfTheServer() async throws {
    let server = try PostgresServer.temporary(logger: TestServer.logger)
    try await server.start()
    try await TestServer.withPool(connectionString: server.connectionString) { pool in
      var reader = pool.listen(channel: "restarts").makeAsyncIterator()
      #expect(await reader.next() == .listening)
      await server.stop()
      #expect(server.processID == nil)
      try await server.start()
      #expect(await reader.next() == .listening)
      try await TestServer.eventually { (try? await pool.notify(channel: "restarts", payload: "again")) != nil }
      #expect(await messages(1, from: &reader) == ["again"])
    }
    await server.stop()
  }

  @Test func aSlowReaderIsToldThatItMissedSomething() async throws {
    try await TestServer.withPool { pool in
      var reader = pool.listen(channel: "flood").makeAsyncIterator()
      #expect(await reader.next() == .listening)
      try await pool.query("SELECT pg_notify('flood', n::text) FROM generate_series(1, 5000) AS n")
      var heard = 0
      while let next = await reader.next() {
        if next == .listening { break }
        heard += 1
      }
      #expect(heard < 5000)
      // The rest of the flood may still be coming in and overflow again; in the end the reader is up to date.
      let notifier = Task {
        while !Task.isCancelled {
          try await pool.notify(channel: "flood", payload: "fresh")
          try await Task.sleep(for: .milliseconds(20))
        }
      }
      while let next = await reader.next(), next != .message(payload: "fresh") {}
      notifier.cancel()
      _ = await notifier.result
    }
  }

  @Test func theStreamEndsWithItsTask() async throws {
    try await TestServer.withPool { pool in
      let task = Task { for await _ in pool.listen(channel: "ended") {} }
      task.cancel()
      await task.value
    }
  }

  /// The next messages, markers left out.
  private func messages(
    _ count: Int, from iterator: inout AsyncStream<PostgresNotification>.Iterator
  ) async -> [String] {
    var payloads: [String] = []
    while payloads.count < count, let next = await iterator.next(isolation: nil) {
      if case .message(let payload) = next { payloads.append(payload) }
    }
    return payloads
  }
}
