import EmbeddedStores
import FunctionKit
import Glibc
import NIOCore
import Replay
import Synchronization

/// A `cabstand serve` in a process of its own.
final class Server: Sendable {
  /// The server that a suite shares among its tests.
  @TaskLocal static var shared: Server?

  /// Why it did not come up.
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  /// What it left in serve.json.
  struct Card: Sendable {
    var processID: Int32
    var address: ServerAddress
    var redisURL: String?
    var postgresURL: String?
  }

  private struct Running {
    var child: ChildProcess
    var card: Card
    var client: HTTPClient
  }

  let folder: TestFolder
  private let options: [String]
  private let program: String?
  private let environment: [String: String]
  private let running: Mutex<Running?> = Mutex(nil)

  var dataDirectory: String { "\(folder.path)/data" }

  private init(_ options: [String], _ program: String?, _ environment: [String: String], _ folder: TestFolder) {
    self.options = options
    self.program = program
    self.environment = environment
    self.folder = folder
  }

  /// Starts a server on a free port and waits until it is ready.
  static func start(
    _ options: [String], program: String? = nil, environment: [String: String] = [:]
  ) async throws -> Server {
    let server = Server(options, program, environment, try TestFolder())
    do {
      try await server.launch(port: 0)
    } catch {
      server.folder.remove()
      throw error
    }
    return server
  }

  /// Starts it again on the same port and data.
  func restart() async throws {
    guard case .tcp(_, let port) = try card.address else { throw Failure(description: "no port") }
    try await launch(port: port)
  }

  private func launch(port: Int) async throws {
    let log = "\(folder.path)/serve.log"
    let child = try Program.start(
      ["serve", "--port", "\(port)", "--data-dir", dataDirectory] + options, program: program,
      environment: environment, output: log, errors: log)
    do {
      let card = try await eventually("serve.json") { () async throws -> Card? in
        if child.exitStatus != nil { throw Failure(description: Directories.text(of: log) ?? "no log") }
        guard let card = readCard(), card.processID == child.processID else { return nil }
        return card
      }
      let client = HTTPClient(configuration: .init(address: card.address))
      running.withLock { $0 = Running(child: child, card: card, client: client) }
      _ = try await eventually("readiness") { try? await get("/readyz").status == 200 ? true : nil }
    } catch {
      await child.stop()
      throw error
    }
  }

  private func readCard() -> Card? {
    guard let text = Directories.text(of: "\(dataDirectory)/serve.json"),
      let json = try? JSONValue(parsing: Array(text.utf8)),
      let id = json["processId"]?.integer, let address = json["address"]?.text.flatMap({ ServerAddress($0) })
    else { return nil }
    return Card(
      processID: Int32(id), address: address, redisURL: json["redisURL"]?.text, postgresURL: json["postgresURL"]?.text)
  }

  /// Stops it in order.
  @discardableResult
  func stop() async -> ChildProcess.ExitStatus? {
    guard let running = running.withLock({ $0 }) else { return nil }
    await running.client.shutdown()
    return await running.child.stop([.init(SIGTERM, patience: .seconds(120))])
  }

  /// Ends it as a crash would.
  func kill() async throws {
    let child = try current.child
    child.signal(SIGKILL)
    guard await child.waitForExit(within: .seconds(60)) != nil else { throw NeverCame(what: "the end after kill -9") }
    await (try current).client.shutdown()
  }

  private var current: Running {
    get throws {
      guard let running = running.withLock({ $0 }) else { throw Failure(description: "the server does not run") }
      return running
    }
  }

  var card: Card { get throws { try current.card } }
  var client: HTTPClient { get throws { try current.client } }
  var address: String { get throws { try card.address.description } }

  // MARK: Calls

  func get(_ path: String, as caller: String? = nil) async throws -> HTTPReply {
    try await send(.get, path, nil, caller)
  }

  func post(_ path: String, _ json: String, as caller: String? = nil) async throws -> HTTPReply {
    try await send(.post, path, json, caller)
  }

  func put(_ path: String, _ json: String, as caller: String? = nil) async throws -> HTTPReply {
    try await send(.put, path, json, caller)
  }

  private func send(
    _ verb: HTTPCall.Verb, _ path: String, _ json: String?, _ caller: String?
  ) async throws -> HTTPReply {
    try await client.send(
      HTTPCall(
        verb, path, body: json.map { ByteBuffer(string: $0) },
        headers: caller.map { [("x-cabstand-caller", $0)] } ?? [], deadline: .seconds(60)))
  }

  /// The server's city time in milliseconds since 1970.
  func now() async throws -> Int64 {
    guard let now = try await get("/admin/clock").json?["unixMilliseconds"]?.double else {
      throw Failure(description: "the server tells no time")
    }
    return Int64(now)
  }
}
