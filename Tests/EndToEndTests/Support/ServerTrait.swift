import EmbeddedStores
import Testing

/// Runs a server for the whole of a suite.
struct ServerTrait: SuiteTrait, TestScoping {
  let options: [String]

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    let server = try await Server.start(options)
    do {
      try await Server.$shared.withValue(server) { try await function() }
    } catch {
      await server.stop()
      server.folder.remove()
      throw error
    }
    let status = await server.stop()
    #expect(status == .code(0), "the server did not stop in order")
    #expect(try await ProcessList.afterWaiting(server.folder.path).isEmpty, "the server left processes behind")
    server.folder.remove()
  }
}

extension Trait where Self == ServerTrait {
  /// A server that the suite's tests share, with these options of `cabstand serve`.
  static func server(_ options: String...) -> ServerTrait { ServerTrait(options: options) }
}

extension Server {
  /// The suite's server.
  static func ofSuite() throws -> Server { try #require(shared) }
}
