import ArgumentParser
import FunctionKit
import NIOCore
import Replay

/// Which running server a command speaks to.
struct ServerFlags: ParsableArguments, Sendable {
  @Option(help: "The server. Default: the one that runs on the data directory, or http://127.0.0.1:8070.")
  var url: String?
  @Option(name: .customLong("data-dir"), help: "Data directory of the server (CABSTAND_DATA_DIR). Default: .cabstand")
  var dataDirectory: String?

  /// Sends requests to the server.
  /// - Throws: `ExitCode(2)` where it does not answer, after saying so.
  func withServer<Value>(_ body: (AdminClient) async throws -> Value) async throws -> Value {
    let directory = dataDirectory ?? Environment.text("CABSTAND_DATA_DIR") ?? ".cabstand"
    let text = url ?? ServerFile.read(directory)?.address ?? "http://127.0.0.1:8070"
    guard let address = ServerAddress(text) else {
      throw ValidationError("--url must be http://host:port or unix:/path, found \(text).")
    }
    let client = HTTPClient(configuration: .init(address: address))
    do {
      let value = try await body(AdminClient(client: client, address: text))
      await client.shutdown()
      return value
    } catch {
      await client.shutdown()
      throw error
    }
  }
}

/// Speaks to the administration of a running server.
struct AdminClient {
  let client: HTTPClient
  let address: String

  /// Sends a request.
  /// - Returns: the body of a good answer.
  /// - Throws: `ExitCode(2)` where the server does not answer, `ExitCode(1)` where it refuses; both have been told.
  func send(_ verb: HTTPCall.Verb, _ path: String, _ body: [UInt8]? = nil) async throws -> [UInt8] {
    let reply = try await reply(verb, path, body)
    let bytes = Array(reply.body.readableBytesView)
    guard (200..<300).contains(reply.status) else {
      let problem = try? JSONValue(parsing: bytes)
      Terminal.error(problem?["detail"]?.text ?? "the server answered \(reply.status)")
      throw ExitCode(1)
    }
    return bytes
  }

  /// Sends a request.
  /// - Returns: the answer, whatever it says.
  /// - Throws: `ExitCode(2)` where the server does not answer, which has been told.
  func reply(_ verb: HTTPCall.Verb, _ path: String, _ body: [UInt8]? = nil) async throws -> HTTPReply {
    do {
      return try await client.send(HTTPCall(verb, path, body: body.map { ByteBuffer(bytes: $0) }))
    } catch {
      Terminal.error("no answer from \(address): \(error.code)")
      throw ExitCode(2)
    }
  }
}

/// The name of a function or version as it may stand in a path.
enum PathName {
  /// - Throws: `ValidationError` where it has other characters than names have.
  static func check(_ name: String) throws {
    let isName = name.utf8.allSatisfy { byte in
      byte == 0x2D || byte == 0x2E || byte == 0x5F || (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
        || (0x61...0x7A).contains(byte)
    }
    guard isName, !name.isEmpty else { throw ValidationError("\(name) is no name of a function or version.") }
  }
}
