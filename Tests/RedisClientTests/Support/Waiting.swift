import EmbeddedStores
import RedisClient

/// Looks again and again until something is so; the time limit of the suite ends a test that waits for ever.
func waitUntil(_ condition: () async throws -> Bool) async throws {
  while try await !condition() { try await Task.sleep(for: .milliseconds(2)) }
}

/// Runs a test with a server of its own, which it may stall, stop or kill.
func withOwnServer(_ name: String, _ body: (String) async throws -> Void) async throws {
  let server = TestServer.make(name)
  try await server.start()
  do {
    try await body(server.url)
    await server.stop()
  } catch {
    await server.stop()
    throw error
  }
}
