import FunctionKit
import NIOCore
import Replay
import Synchronization

/// Reads a stream of server-sent events while a test goes on.
final class Feed: Sendable {
  /// An event with its data as JSON.
  struct Entry: Sendable {
    var id: String?
    var name: String
    var data: JSONValue
  }

  private struct State {
    var parser = ServerSentEventParser()
    var entries: [Entry] = []
    var end: Result<HTTPReply, HTTPFailure>?
  }

  private let state: Mutex<State> = Mutex(State())
  private let client: HTTPClient
  private let key: Int

  private init(_ client: HTTPClient, _ key: Int) {
    self.client = client
    self.key = key
  }

  /// Opens a feed; what comes in is kept.
  static func open(_ server: Server, _ path: String, lastEventID: String? = nil) async throws -> Feed {
    let client = try server.client
    let feed = Feed(client, await client.makeStreamKey())
    let headers = [("accept", "text/event-stream")] + (lastEventID.map { [("last-event-id", $0)] } ?? [])
    Task {
      do throws(HTTPFailure) {
        let reply = try await client.stream(
          HTTPCall(.get, path, headers: headers, deadline: .seconds(60)), key: feed.key,
          onBytes: { feed.take($0) })
        feed.state.withLock { $0.end = .success(reply) }
      } catch {
        feed.state.withLock { $0.end = .failure(error) }
      }
    }
    return feed
  }

  private func take(_ bytes: ByteBuffer) {
    state.withLock { state in
      var fresh: [Entry] = []
      _ = state.parser.consume(bytes.readableBytesView) { event in
        fresh.append(Entry(id: event.id, name: event.name, data: (try? JSONValue(parsing: event.data)) ?? .null))
      }
      state.entries += fresh
    }
  }

  /// Everything so far.
  var entries: [Entry] { state.withLock { $0.entries } }

  /// Waits for an event.
  func entry(_ what: String, _ matches: (Entry) -> Bool) async throws -> Entry {
    do {
      return try await eventually(what, every: .milliseconds(10)) { entries.first(where: matches) }
    } catch is NeverCame {
      throw NeverCame(what: "\(what); there came \(entries.map { "\($0.name) \($0.data)" })")
    }
  }

  /// Waits for the first event of a name.
  func first(_ name: String) async throws -> JSONValue { try await entry(name) { $0.name == name }.data }

  /// Waits until the server ends the stream.
  func ending() async throws -> Result<HTTPReply, HTTPFailure> {
    try await eventually("the end of the feed") { state.withLock { $0.end } }
  }

  /// Ends it from this side.
  func close() async { await client.closeStream(key) }
}
