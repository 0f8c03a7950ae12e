import ArgumentParser
import FunctionKit
import Logging
import NIOCore
import Replay

/// `cabstand functions log-level`: shows or changes the level of a function's log.
struct FunctionsLogLevel: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "log-level", abstract: "Show or change the level of a function's log while it runs.",
    discussion:
      "The level `default` goes back to what function.yaml says. Exits with 2 where the server does not answer.")

  @Argument(help: "The function's name.") var function: String
  @Argument(help: "trace, debug, info, notice, warning, error, critical or default; none shows it.") var level: String?
  @Option(help: "The server. Default: the one that runs on the data directory, or http://127.0.0.1:8070.")
  var url: String?
  @Option(name: .customLong("data-dir"), help: "Data directory of the server (CABSTAND_DATA_DIR). Default: .cabstand")
  var dataDirectory: String?

  func validate() throws {
    if let level, level != "default", Logger.Level(rawValue: level) == nil {
      throw ValidationError("Unknown log level \(level).")
    }
    guard function.utf8.allSatisfy({ $0 == 0x2D || (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) }) else {
      throw ValidationError("\(function) is no name of a function.")
    }
  }

  func run() async throws {
    let directory = dataDirectory ?? Environment.text("CABSTAND_DATA_DIR") ?? ".cabstand"
    let text = url ?? ServerFile.read(directory)?.address ?? "http://127.0.0.1:8070"
    guard let address = ServerAddress(text) else {
      throw ValidationError("--url must be http://host:port or unix:/path, found \(text).")
    }
    let client = HTTPClient(configuration: .init(address: address))
    let reply: HTTPReply
    do {
      reply = try await client.send(call)
    } catch {
      await client.shutdown()
      Terminal.error("no answer from \(text): \(error.code)")
      throw ExitCode(2)
    }
    await client.shutdown()
    let document = try? JSONValue(parsing: Array(reply.body.readableBytesView))
    guard reply.status == 200, let level = document?["level"]?.text else {
      Terminal.error(document?["detail"]?.text ?? "the server answered \(reply.status)")
      throw ExitCode(1)
    }
    let isOverridden = document?["overridden"] == .bool(true)
    print("\(function) logs at \(level)\(isOverridden ? "" : ", as its function.yaml says")")
  }

  private var call: HTTPCall {
    let path = "/admin/functions/\(function)/log-level"
    guard let level else { return HTTPCall(.get, path) }
    guard level != "default" else { return HTTPCall(.delete, path) }
    return HTTPCall(.put, path, body: ByteBuffer(bytes: JSONWriter.bytes { $0.object { $0.member("level", level) } }))
  }
}
