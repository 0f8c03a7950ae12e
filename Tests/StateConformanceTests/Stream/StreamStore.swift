import FunctionKit
import RedisState
import Testing

/// The streams that can be published to and read; every test of the ports runs on each.
enum StreamStore: String, CaseIterable, CustomTestStringConvertible {
  case memory
  case redis

  /// Those that can run here.
  static var available: [StreamStore] { allCases.filter { $0 == .memory || PrivateRedis.isInstalled } }

  var testDescription: String { rawValue }

  /// Runs a test with empty streams.
  /// - Parameter capacity: how many events a topic holds.
  func run(
    capacity: Int = 100_000, _ body: (any EventStreamSource & EventPublisher) async throws -> Void
  ) async throws {
    switch self {
    case .memory: try await body(MemoryEventStream(capacity: capacity))
    case .redis:
      try await PrivateRedis.run { _, client in
        try await body(
          RedisEventStream(client: client, limits: .init(entries: capacity, retention: .zero), deadline: .seconds(20)))
      }
    }
  }
}

/// Events for tests of the streams.
enum StreamSamples {
  static func event(_ number: Int) -> Event {
    Event(
      id: "e\(number)", source: "test", type: "cabstand.ride.requested.v1", subject: "r\(number)",
      time: EventTime(unixMilliseconds: 1_212_735_600_000 + Int64(number)), dataContentType: "application/json",
      extensions: ["partitionkey": "r\(number % 7)", "sequence": "\(number)"], body: Array("{\"n\":\(number)}".utf8))
  }

  static func events(_ range: Range<Int>) -> [Event] { range.map(event) }
}

extension EventStreamSource {
  /// Reads for the group `g` of the topic `rides`.
  func take(_ count: Int = 100, as consumer: String = "a", block: Duration = .zero) async throws -> [StreamEntry] {
    try await read(topic: "rides", group: "g", consumer: consumer, count: count, block: block)
  }

  func claim(as consumer: String, minIdle: Duration = .zero, count: Int = 100) async throws -> [StreamEntry] {
    try await claimIdle(topic: "rides", group: "g", consumer: consumer, minIdle: minIdle, count: count)
  }

  func acknowledge(_ entries: some Sequence<StreamEntry>) async throws {
    try await acknowledge(entries.map(\.id), topic: "rides", group: "g")
  }
}
