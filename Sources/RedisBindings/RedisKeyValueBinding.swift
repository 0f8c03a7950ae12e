public import FunctionKit
public import Logging
import NIOPosix
import RedisClient
import RedisState
public import ServiceLifecycle
import Synchronization

/// Data bindings of class `redis`: a `KeyValueStore` in Redis, which any number of instances share.
///
/// ```yaml
/// dataBindings:
///   rates: {class: redis, url: "redis://127.0.0.1", attributes: {namespace: netflow}}
/// ```
///
/// `url` is `redis://[[user]:password@]host[:port][/database]` or `unix:///path`; add `?cluster=true` for a Redis Cluster. The attribute
/// `namespace` keeps a program's keys apart from those of others, `shared` by default.
///
/// Give it to a `FunctionHost` twice, among the `bindings` and among the `services`: as a service it closes its connections after the
/// functions have ended.
public final class RedisKeyValueBinding: DataBinding, Service {
  /// How long a server may take to answer at start.
  private static let patience = Duration.seconds(5)

  private let clients = Mutex<[RedisClient]>([])
  private let logger: Logger

  /// Creates the binding; nothing is connected yet.
  /// - Parameter logger: where lost and regained connections are told.
  public init(logger: Logger = Logger(label: "redis")) { self.logger = logger }

  /// `redis`.
  public var bindingClass: String { "redis" }

  /// Connects and opens the store.
  /// - Throws: `SetupError` where the settings are none, or where Redis does not answer.
  public func open(name: String, _ specification: DataBindingSpecification) async throws -> any Sendable {
    let attributes = specification.attributes
    if let attribute = attributes.keys.filter({ !["namespace", "name"].contains($0) }).min() {
      throw SetupError("data binding \(name): attributes.\(attribute) means nothing to class redis; known is namespace")
    }
    guard let url = specification.url else { throw SetupError("data binding \(name): url is missing") }
    let namespace = attributes["namespace"] ?? "shared"
    guard !namespace.isEmpty, !namespace.utf8.contains(where: { $0 == 0x7B || $0 == 0x7D }) else {
      throw SetupError("data binding \(name): namespace must be a text without braces")
    }
    let client: RedisClient
    do {
      client = try RedisClient(
        configuration: RedisConfiguration(url: url), eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
        logger: logger)
    } catch {
      throw SetupError("data binding \(name): \(error)")
    }
    do {
      _ = try await client.command("PING", deadline: Self.patience)
    } catch {
      await client.close()
      throw SetupError("data binding \(name): Redis does not answer: \(error)")
    }
    clients.withLock { $0.append(client) }
    return RedisKeyValueStore(client: client, namespace: namespace)
  }

  /// Waits for the graceful shutdown, then closes what was opened.
  public func run() async throws {
    try? await gracefulShutdown()
    await close()
  }

  /// Closes what was opened.
  public func close() async {
    let clients = clients.withLock { clients in
      defer { clients = [] }
      return clients
    }
    for client in clients { await client.close() }
  }
}
