package import Logging
package import NIOCore
import ServiceLifecycle

/// A client of one Redis server or a Redis Cluster.
///
/// Any number of tasks share its few connections; what they send in the same moment travels in one write, and no answer
/// can reach the wrong caller. Connections are made when first needed and made again when lost. Every call has a
/// deadline and ends early when its task is cancelled.
///
/// ```swift
/// let client = try RedisClient(configuration: .init(url: "redis://127.0.0.1"), eventLoopGroup: group, logger: logger)
/// try await client.command("SET", "{sf}:surge", 15)
/// let surge = try await client.command("GET", "{sf}:surge").integer()
/// ```
///
/// Run it in a `ServiceGroup`, or call ``close()`` at the end. In a cluster a command goes to the node of its first key;
/// moved slots, new nodes and lost nodes are followed until the deadline.
package final class RedisClient: Sendable, Service {
  let configuration: RedisConfiguration
  let topology: RedisTopology
  let metrics = RedisMetrics()
  let subscriptions: SubscriptionList

  /// Makes a client; nothing is connected yet.
  /// - Throws: ``RedisError/Code/invalidConfiguration``
  package init(
    configuration: RedisConfiguration, eventLoopGroup: any EventLoopGroup, logger: Logger
  ) throws(RedisError) {
    try configuration.validate()
    self.configuration = configuration
    subscriptions = SubscriptionList(limit: configuration.maxDedicatedConnections, group: eventLoopGroup)
    topology = RedisTopology(configuration: configuration, group: eventLoopGroup, logger: logger, metrics: metrics)
  }

  /// Connects, waits for the graceful shutdown and closes.
  package func run() async throws {
    topology.connect()
    try? await gracefulShutdown()
    await close()
  }

  /// Takes no more commands, waits a moment for the answers on their way and closes all connections.
  package func close() async {
    subscriptions.close()
    await topology.close(timeout: configuration.closeTimeout)
  }

  /// How many commands wait for an answer on the shared connections.
  package var pendingCount: Int { topology.pendingCount }

  /// Sends a command and waits for its answer.
  /// - Parameters:
  ///   - name: the command, for example `HGET`
  ///   - arguments: its arguments
  ///   - deadline: the time for all of it, retries included; the configuration's when nil
  /// - Throws: what the server answered, or why there is no answer
  @discardableResult
  package func command<each Argument: RedisArgument>(
    _ name: String, _ arguments: repeat each Argument, deadline: Duration? = nil
  ) async throws(RedisError) -> RedisValue {
    try await command(RedisCommand(name, repeat each arguments), deadline: deadline)
  }

  /// Sends a command that was built before and waits for its answer.
  ///
  /// A script call made by ``RedisScript/call(keys:capacity:)`` is repeated with the script's text when the server does
  /// not know it.
  /// - Parameters:
  ///   - command: the command
  ///   - deadline: the time for all of it, retries included; the configuration's when nil
  /// - Throws: what the server answered, or why there is no answer
  @discardableResult
  package func command(_ command: RedisCommand, deadline: Duration? = nil) async throws(RedisError) -> RedisValue {
    let start = NIODeadline.now()
    let limit = start.advanced(by: deadline ?? configuration.commandDeadline)
    let pass = try enter()
    let answer = await execute(command, deadline: limit)
    leave(pass, answer.error)
    record(.command, since: start, failed: answer.isFailure)
    return try answer.get()
  }

  /// Sends commands one right after the other on one connection and waits for all answers.
  ///
  /// In a cluster the commands are split by node, and those of one slot keep their order. A command that has to be sent
  /// again (script unknown, slot moved) runs after the others.
  /// - Parameters:
  ///   - commands: the commands; an empty list sends nothing
  ///   - deadline: the time for all of them; the configuration's when nil
  /// - Returns: one answer or failure for each command, in their order
  /// - Throws: ``RedisError/Code/cancelled``; every other failure is the result of its command
  package func pipeline(
    _ commands: [RedisCommand], deadline: Duration? = nil
  ) async throws(RedisError) -> [Result<RedisValue, RedisError>] {
    let start = NIODeadline.now()
    let limit = start.advanced(by: deadline ?? configuration.commandDeadline)
    let pass = try enter()
    let answers = await execute(commands, deadline: limit)
    leave(pass, answers.lazy.compactMap(\.error).first)
    record(.pipeline, since: start, failed: answers.contains { $0.isFailure })
    if Task.isCancelled, case .failure(let error)? = answers.first(where: { $0.isCancelled }) { throw error }
    return answers
  }

  /// Runs commands as one `MULTI` … `EXEC`: all of them or none, with nothing in between.
  ///
  /// In a cluster all keys must be in one slot. While that slot is being moved to another node, the transaction waits
  /// until its keys are in one place.
  /// - Parameters:
  ///   - commands: the commands; an empty list sends nothing
  ///   - deadline: the time for all of it, retries included; the configuration's when nil
  /// - Returns: one answer for each command; a command that failed while it ran is ``RedisValue/error(_:)``
  /// - Throws: why nothing ran, or why nothing is known
  package func transaction(
    _ commands: [RedisCommand], deadline: Duration? = nil
  ) async throws(RedisError) -> [RedisValue] {
    let start = NIODeadline.now()
    let limit = start.advanced(by: deadline ?? configuration.commandDeadline)
    let pass = try enter()
    let answer = await executeTransaction(commands, deadline: limit)
    leave(pass, answer.error)
    record(.transaction, since: start, failed: answer.isFailure)
    return try answer.get().array()
  }

  /// Runs a script.
  /// - Parameters:
  ///   - script: the script; sent by its digest, and in full when the server does not know it
  ///   - keys: the keys it touches; in a cluster all in one slot
  ///   - arguments: its arguments; for many, build the call with ``RedisScript/call(keys:capacity:)`` instead
  ///   - deadline: the time for all of it, retries included; the configuration's when nil
  /// - Throws: what the server answered, or why there is no answer
  @discardableResult
  package func eval(
    _ script: RedisScript, keys: [some RedisArgument], arguments: [some RedisArgument] = [String](),
    deadline: Duration? = nil
  ) async throws(RedisError) -> RedisValue {
    var call = script.call(keys: keys)
    call.append(contentsOf: arguments)
    return try await command(call, deadline: deadline)
  }

  /// Sends a command that may wait on the server, such as `XREADGROUP … BLOCK` or `BLPOP`, on a connection of its own.
  ///
  /// When the task is cancelled that connection is closed, so that the server does not give an element to nobody; what
  /// the server has already given may be lost then, as the error's `mayHaveExecuted` says.
  /// - Parameters:
  ///   - command: the command, with its own limit of time among its arguments
  ///   - blockingTime: that limit; nil when it has none
  /// - Throws: what the server answered, or why there is no answer; running out of time is no failure but
  ///   ``RedisValue/null``
  package func blocking(
    _ command: RedisCommand, for blockingTime: Duration?
  ) async throws(RedisError) -> RedisValue {
    let start = NIODeadline.now()
    let limit =
      blockingTime.map { start.advanced(by: $0).advanced(by: configuration.commandDeadline) } ?? .distantFuture
    let answer = await execute(command, over: .dedicated, deadline: limit)
    record(.blocking, since: start, failed: answer.isFailure)
    return try answer.get()
  }

  /// Listens to channels, on a connection of its own; see ``RedisSubscription`` for what is promised.
  /// - Parameters:
  ///   - channels: at least one channel
  ///   - bufferLimit: the messages that may wait to be read; one more ends the subscription
  /// - Throws: why the server could not be subscribed to within the time to connect
  package func subscribe(
    to channels: [String], bufferLimit: Int = 1024
  ) async throws(RedisError) -> RedisSubscription {
    guard !channels.isEmpty, bufferLimit > 0 else {
      throw RedisError(.invalidCommand, "a subscription needs a channel and room for messages")
    }
    // In a cluster a message reaches every node, so any will do.
    let endpoint = try topology.node(for: RedisCommand("PING")).get().endpoint
    return try await subscriptions.open(
      channels, at: endpoint, configuration: configuration, bufferLimit: bufferLimit)
  }

  private func record(_ kind: RedisMetrics.Kind, since start: NIODeadline, failed: Bool) {
    metrics.record(kind, nanoseconds: (NIODeadline.now() - start).nanoseconds, failed: failed)
  }
}

extension NIODeadline {
  /// The time after so long, between now and a year from now, whatever a caller asks for.
  func advanced(by duration: Duration) -> NIODeadline {
    self + TimeAmount(min(max(.zero, duration), .seconds(365 * 86_400)))
  }
}

extension Result where Failure == RedisError {
  var isFailure: Bool { if case .failure = self { true } else { false } }
  var isCancelled: Bool { if case .failure(let error) = self { error.code == .cancelled } else { false } }
}
