import Logging
import NIOCore

/// What a connection needs to know of the configuration.
struct ConnectionOptions: Sendable {
  var configuration: RedisConfiguration
  var endpoint: RedisConfiguration.Endpoint
  /// Whether commands wait while the server is away, and the connection keeps trying by itself.
  var waitsForServer: Bool
  var logger: Logger
  var metrics: RedisMetrics
}

/// One logical connection that any number of tasks share; connects when first used and again whenever it is lost.
final class RedisConnection: Sendable {
  private let eventLoop: any EventLoop
  private let inbox: ConnectionInbox
  private let loop: NIOLoopBoundBox<ConnectionLoop>

  init(options: ConnectionOptions, eventLoop: any EventLoop) {
    let inbox = ConnectionInbox(
      maxPendingCount: options.configuration.maxPendingCommandsPerConnection,
      maxPendingByteCount: options.configuration.maxPendingBytesPerConnection)
    self.eventLoop = eventLoop
    self.inbox = inbox
    loop = .makeBoxSendingValue(
      ConnectionLoop(options: options, inbox: inbox, eventLoop: eventLoop), eventLoop: eventLoop)
  }

  /// Sends one command.
  func send(_ command: RedisCommand, deadline: NIODeadline) async -> RedisWaiter.Answer {
    let waiter = RedisWaiter(count: 1)
    await waiter.wait { leave(CollectionOfOne(command), waiter: waiter, deadline: deadline) }
    return waiter.first
  }

  /// Sends commands one right after the other, with nothing in between.
  func send(_ commands: [RedisCommand], deadline: NIODeadline) async -> [RedisWaiter.Answer] {
    guard !commands.isEmpty else { return [] }
    let waiter = RedisWaiter(count: commands.count)
    await waiter.wait { leave(commands, waiter: waiter, deadline: deadline) }
    return waiter.all
  }

  private func leave(_ commands: some Collection<RedisCommand>, waiter: RedisWaiter, deadline: NIODeadline) {
    switch inbox.leave(commands, waiter: waiter, deadline: deadline) {
    case .success(true): eventLoop.execute { self.loop.value.collect() }
    case .success(false): break
    case .failure(let error): waiter.fail(error)
    }
  }

  /// How many commands are waiting here.
  var pendingCount: Int { inbox.pendingCount }

  /// Connects without being asked by a command.
  func connect() { eventLoop.execute { self.loop.value.connectIfIdle() } }

  /// Closes without waiting for it.
  func abandon() {
    let promise = eventLoop.makePromise(of: Void.self)
    eventLoop.execute { self.loop.value.close(timeout: .zero, promise: promise) }
  }

  /// Takes no more commands, waits for the answers on their way and closes.
  /// - Parameter timeout: how long to wait for the answers; zero drops them
  func close(timeout: Duration) async {
    let promise = eventLoop.makePromise(of: Void.self)
    eventLoop.execute { self.loop.value.close(timeout: TimeAmount(timeout), promise: promise) }
    try? await promise.futureResult.get()
  }
}
