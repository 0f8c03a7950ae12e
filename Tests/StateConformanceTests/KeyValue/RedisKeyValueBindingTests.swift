import EmbeddedStores
import FunctionKit
import RedisBindings
import Testing

/// Data bindings of class `redis`, as a program outside of this package has them.
@Suite("Data bindings of class redis", .timeLimit(.minutes(8)))
struct RedisKeyValueBindingTests {
  private func specification(_ url: String?, _ attributes: [String: String] = [:]) -> DataBindingSpecification {
    DataBindingSpecification(bindingClass: "redis", url: url, attributes: attributes)
  }

  @Test("What one instance writes another reads, and namespaces are kept apart", .enabled(if: PrivateRedis.isInstalled))
  func shared() async throws {
    try await PrivateRedis.run { server, _ in
      let (one, other) = (RedisKeyValueBinding(), RedisKeyValueBinding())
      #expect(one.bindingClass == "redis")
      let url = server.url
      let writer = try #require(try await one.open(name: "rates", specification(url)) as? any KeyValueStore)
      let reader = try #require(try await other.open(name: "rates", specification(url)) as? any KeyValueStore)
      let stranger = try #require(
        try await other.open(name: "rates", specification(url, ["namespace": "other"])) as? any KeyValueStore)
      try await writer.add(["10": 3], to: "device/a", expiresAfter: nil)
      try await writer.add(["10": 4], to: "device/a", expiresAfter: nil)
      #expect(try await reader.counters(of: "device/a") == ["10": 7])
      #expect(try await stranger.counters(of: "device/a").isEmpty)
      await one.close()
      await other.close()
      // What was closed answers no more.
      await #expect(throws: (any Error).self) { try await reader.counters(of: "device/a") }
    }
  }

  @Test(
    "What cannot be opened is an error at start",
    arguments: [
      (nil, [:]), ("http://127.0.0.1", [:]), ("unix:///no/such/socket", [:]),
      ("unix:///no/such/socket", ["namespace": ""]), ("unix:///no/such/socket", ["namespace": "a{b"]),
      ("unix:///no/such/socket", ["nope": "1"]),
    ] as [(String?, [String: String])])
  func refused(url: String?, attributes: [String: String]) async throws {
    let binding = RedisKeyValueBinding()
    await #expect(throws: SetupError.self) { try await binding.open(name: "rates", specification(url, attributes)) }
  }
}
