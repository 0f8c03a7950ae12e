import FunctionKit
import Testing

@testable import TriggerRuntime

@Suite(.timeLimit(.minutes(8)))
struct EventStreamTests {
  private let get = "GET /feed HTTP/1.1\r\nHost: x\r\n\r\n"

  /// Streams that the test feeds, and how many were given up.
  private final class Feeds: Sendable {
    typealias Feed = AsyncThrowingStream<ServerSentEvent, any Error>
    let feeds = Watched<[Feed.Continuation]>([])
    let ended = Watched(0)

    func open() -> Response {
      let (stream, continuation) = Feed.makeStream()
      let ended = ended
      continuation.onTermination = { _ in ended.change { $0 += 1 } }
      feeds.change { $0.append(continuation) }
      return Response(body: .events(stream))
    }

    func yield(_ text: String, id: String? = nil, event: String? = nil) {
      for feed in feeds.value { feed.yield(ServerSentEvent(id: id, event: event, data: Array(text.utf8))) }
    }
  }

  private func harness() -> Harness { Harness(Harness.httpFunction(paths: "\"/feed\"")) }

  @Test func streamsEvents() async throws {
    let feeds = Feeds()
    try await harness().run { _, _ in
      feeds.open()
    } while: { running in
      let connection = try await running.connect()
      try await connection.send(get)
      let head = try #require(await connection.take(through: "\r\n\r\n"))
      #expect(head.contains("content-type: text/event-stream"))
      #expect(head.contains("transfer-encoding: chunked"))
      feeds.yield("{\"a\":1}", id: "7", event: "offer")
      #expect(await connection.take(through: "\n\n")?.hasSuffix("id: 7\nevent: offer\ndata: {\"a\":1}\n\n") == true)
      feeds.yield("two\nlines\r\nthree")
      #expect(await connection.take(through: "\n\n")?.hasSuffix("data: two\ndata: lines\ndata: three\n\n") == true)
      feeds.feeds.value.first?.finish()
      #expect(await connection.take(through: "0\r\n\r\n") != nil)
      // The connection goes on.
      try await connection.send("GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(await connection.answer()?.status == 404)
      await connection.close()
      #expect(running.runtime.http?.openStreamCount == 0)
    }
  }

  @Test func batchesWhatIsReady() async throws {
    let feeds = Feeds()
    try await harness().run { _, _ in
      let response = feeds.open()
      for index in 0..<1_000 { feeds.yield("\(index)") }
      return response
    } while: { running in
      let connection = try await running.connect()
      try await connection.send(get)
      _ = await connection.take(through: "\r\n\r\n")
      for index in 0..<1_000 {
        #expect(await connection.take(through: "\n\n")?.hasSuffix("data: \(index)\n\n") == true)
      }
      await connection.close()
    }
  }

  @Test func aDisconnectCancelsTheSequence() async throws {
    let feeds = Feeds()
    try await harness().run { _, _ in
      feeds.open()
    } while: { running in
      let connection = try await running.connect()
      try await connection.send(get)
      _ = await connection.take(through: "\r\n\r\n")
      await connection.close()
      await feeds.ended.wait { $0 == 1 }
    }
  }

  @Test func shutdownEndsStreams() async throws {
    let feeds = Feeds()
    try await harness().run { _, _ in
      feeds.open()
    } while: { running in
      let connections = try await (0..<5).asyncMap { _ in try await running.connect() }
      for connection in connections {
        try await connection.send(get)
        _ = await connection.take(through: "\r\n\r\n")
      }
      await running.shutDown()
      for connection in connections {
        #expect(await connection.rest() == "0\r\n\r\n")
        await connection.close()
      }
      await feeds.ended.wait { $0 == 5 }
    }
  }

  @Test func streamsTooMany() async throws {
    let feeds = Feeds()
    var harness = harness()
    harness.http.maxOpenStreams = 1
    try await harness.run { _, _ in
      feeds.open()
    } while: { running in
      let first = try await running.connect()
      try await first.send(get)
      _ = await first.take(through: "\r\n\r\n")
      let second = try await running.request(get)
      #expect(second?.status == 503)
      #expect(second?.headers["retry-after"] == "5")
      await first.close()
      while running.runtime.http?.openStreamCount ?? 0 > 0 { await Task.yield() }
      let third = try await running.connect()
      try await third.send(get)
      #expect(await third.take(through: "\r\n\r\n")?.hasPrefix("HTTP/1.1 200") == true)
      await third.close()
    }
  }

  @Test func heartbeats() async throws {
    let feeds = Feeds()
    var harness = harness()
    harness.http.heartbeatInterval = .milliseconds(20)
    try await harness.run { _, _ in
      feeds.open()
    } while: { running in
      let connection = try await running.connect()
      try await connection.send(get)
      _ = await connection.take(through: "\r\n\r\n")
      for _ in 0..<3 { #expect(await connection.take(through: "3\r\n:\n\n\r\n") != nil) }
      await connection.close()
    }
  }

  /// A client that does not read holds up its own sequence, not the memory.
  @Test func backPressure() async throws {
    let produced = Watched(0)
    struct Endless: AsyncSequence, Sendable {
      let produced: Watched<Int>
      struct Iterator: AsyncIteratorProtocol {
        let produced: Watched<Int>
        mutating func next() async throws -> ServerSentEvent? {
          try Task.checkCancellation()
          produced.change { $0 += 1 }
          return ServerSentEvent(data: [UInt8](repeating: 0x61, count: 10_000))
        }
      }
      func makeAsyncIterator() -> Iterator { Iterator(produced: produced) }
    }
    try await harness().run { _, _ in
      Response(body: .events(Endless(produced: produced)))
    } while: { running in
      let connection = try await running.connect(autoRead: false)
      try await connection.send(get)
      // Runs until kernel and server have all they take; then it stands still.
      var last = -1
      while last != produced.value || last == 0 {
        last = produced.value
        try await Task.sleep(for: .milliseconds(100))
      }
      #expect(produced.value < 5_000)
      try await connection.setAutoRead(true)
      await produced.wait { $0 > last + 100 }
      await connection.close()
    }
  }

  @Test func manyStreamsAtOnce() async throws {
    let feeds = Feeds()
    try await harness().run { _, _ in
      feeds.open()
    } while: { running in
      let connections = try await (0..<300).asyncMap { _ in try await running.connect() }
      for connection in connections { try await connection.send(get) }
      for connection in connections { _ = await connection.take(through: "\r\n\r\n") }
      #expect(running.runtime.http?.openStreamCount == 300)
      feeds.yield("hello")
      for connection in connections { #expect(await connection.take(through: "data: hello\n\n") != nil) }
      for connection in connections { await connection.close() }
    }
  }

  @Test func servesHTTP10UntilTheEnd() async throws {
    let feeds = Feeds()
    try await harness().run { _, _ in
      feeds.open()
    } while: { running in
      let connection = try await running.connect()
      try await connection.send("GET /feed HTTP/1.0\r\n\r\n")
      #expect(await connection.take(through: "\r\n\r\n")?.contains("chunked") == false)
      feeds.yield("x")
      feeds.feeds.value.first?.finish()
      #expect(await connection.rest() == "data: x\n\n")
      await connection.close()
    }
  }
}

extension Sequence {
  func asyncMap<T>(_ transform: (Element) async throws -> T) async rethrows -> [T] {
    var values: [T] = []
    for element in self { values.append(try await transform(element)) }
    return values
  }
}
