import Logging
import NIOCore
import Synchronization

/// The servers the client knows: one, or the nodes of a cluster and the map of their slots.
final class RedisTopology: Sendable {
  typealias Endpoint = RedisConfiguration.Endpoint

  private struct State {
    var nodes: [Endpoint: RedisNode] = [:]
    /// Nil while there is only one server.
    var slots: SlotMap?
    var isRefreshing = false
    /// Whether a node did not answer: it may have been replaced without a word.
    var isDoubtful = false
    var nextRefresh = NIODeadline.uptimeNanoseconds(0)
    var isClosed = false
  }

  /// The map is not asked for more often than this because of redirections.
  private static let refreshInterval = TimeAmount.milliseconds(100)

  /// How long one node has to tell the map before another is asked.
  private static let refreshTimeout = TimeAmount.milliseconds(250)

  private let configuration: RedisConfiguration
  private let group: any EventLoopGroup
  private let logger: Logger
  private let metrics: RedisMetrics
  private let seed: RedisNode
  private let state: Mutex<State>

  init(configuration: RedisConfiguration, group: any EventLoopGroup, logger: Logger, metrics: RedisMetrics) {
    self.configuration = configuration
    self.group = group
    self.logger = logger
    self.metrics = metrics
    let isCluster = configuration.topology == .cluster
    let seed = RedisNode(
      options: ConnectionOptions(
        configuration: configuration, endpoint: configuration.endpoint,
        waitsForServer: !isCluster && configuration.whenDisconnected == .wait, logger: logger, metrics: metrics),
      group: group)
    self.seed = seed
    state = Mutex(State(nodes: [configuration.endpoint: seed], slots: isCluster ? SlotMap() : nil))
  }

  /// Whether there is more than one node to think of.
  var isCluster: Bool { state.withLock { $0.slots != nil } }

  /// Whether an answer that points to another node is followed.
  var followsRedirects: Bool { configuration.topology != .single }

  /// The node for a command's key; any for a command without key.
  func node(for command: RedisCommand) -> Result<RedisNode, RedisError> {
    guard isCluster else { return .success(seed) }
    let slot = command.slot
    let endpoint: Endpoint? = state.withLock { state in
      slot.map { state.slots?[$0] } ?? state.slots?.endpoints.randomElement() ?? configuration.endpoint
    }
    guard let endpoint else { return .failure(RedisError(.clusterDown, "nobody serves slot \(slot ?? 0)")) }
    return node(at: endpoint)
  }

  /// The node at an endpoint, made now if it is new.
  func node(at endpoint: Endpoint) -> Result<RedisNode, RedisError> {
    state.withLock { state in
      if let node = state.nodes[endpoint] { return .success(node) }
      guard !state.isClosed else { return .failure(RedisError(.closed)) }
      let node = RedisNode(
        options: ConnectionOptions(
          configuration: configuration, endpoint: endpoint, waitsForServer: false, logger: logger, metrics: metrics),
        group: group)
      state.nodes[endpoint] = node
      return .success(node)
    }
  }

  /// Learns from a `MOVED`; the first one also shows that the server is a cluster.
  func moved(_ slot: Int, to endpoint: Endpoint, deadline: NIODeadline) async {
    metrics.redirected()
    let isNews = state.withLock { state in
      let wasCluster = state.slots != nil
      state.slots = state.slots ?? SlotMap()
      state.slots?.move(slot, to: endpoint)
      return !wasCluster
    }
    if isNews { logger.info("redis is a cluster") }
    await refresh(deadline: deadline)
  }

  /// A node of a cluster did not answer in time: the next caller asks for the map first.
  func doubt() { state.withLock { $0.isDoubtful = $0.slots != nil } }

  /// Asks for the map when there is doubt about it.
  func settleDoubts(deadline: NIODeadline) async {
    if state.withLock({ $0.isDoubtful }) { await refresh(deadline: deadline) }
  }

  /// Counts an `ASK`.
  func asked() { metrics.redirected() }

  /// Asks one node after the other for the map; returns at once while another caller does, or right after.
  func refresh(deadline: NIODeadline) async {
    let now = NIODeadline.now()
    let candidates: [RedisNode]? = state.withLock { state in
      guard !state.isClosed, !state.isRefreshing, now >= state.nextRefresh else { return nil }
      state.isRefreshing = true
      state.isDoubtful = false
      return state.nodes.values.shuffled()
    }
    guard let candidates else { return }
    defer {
      state.withLock { state in
        state.isRefreshing = false
        state.nextRefresh = .now() + Self.refreshInterval
      }
    }
    for node in candidates + [seed] {
      let limit = min(deadline, .now() + Self.refreshTimeout)
      guard case .success(let value) = await node.send(RedisCommand("CLUSTER", "SLOTS"), deadline: limit),
        let map = try? SlotMap(value, askedHost: node.host), !map.endpoints.isEmpty
      else { continue }
      replace(with: map)
      return
    }
    logger.warning("no redis node tells the map of the cluster")
  }

  private func replace(with map: SlotMap) {
    let known = Set(map.endpoints)
    let gone = state.withLock { state -> [RedisNode] in
      state.slots = map
      let gone = state.nodes.filter { $0.key != configuration.endpoint && !known.contains($0.key) }
      gone.keys.forEach { state.nodes[$0] = nil }
      return Array(gone.values)
    }
    gone.forEach { $0.abandon() }
  }

  /// Connects to the first server before anybody asks.
  func connect() { seed.connect() }

  /// How many commands wait on shared connections.
  var pendingCount: Int { state.withLock { Array($0.nodes.values) }.reduce(0) { $0 + $1.pendingCount } }

  /// Closes every connection.
  func close(timeout: Duration) async {
    let nodes = state.withLock { state in
      state.isClosed = true
      return Array(state.nodes.values)
    }
    await withTaskGroup { group in
      for node in nodes { group.addTask { await node.close(timeout: timeout) } }
    }
  }
}
