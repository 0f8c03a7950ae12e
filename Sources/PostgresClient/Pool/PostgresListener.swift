internal import Dispatch
internal import Logging
internal import Synchronization

/// The connection that hears notifications: made when somebody listens, made again when it breaks.
final class PostgresListener: Sendable {
  private struct Subscriber {
    var channel: String
    var continuation: AsyncStream<PostgresNotification>.Continuation
    var hasMissed = false
  }

  private struct State {
    var subscribers: [Int: Subscriber] = [:]
    var nextID = 0
    var connection: PostgresConnection?
    var isReady = false
    var failures = 0
    var isClosed = false
    var isRetryScheduled = false
    var nextConnectionID = -1
  }

  /// How many notifications a reader may be behind before they are dropped and it is told to look at its table.
  private static let bufferLimit = 1024

  private let configuration: PostgresConfiguration
  private let logger: Logger
  private let state = Mutex(State())
  private let queue = DispatchQueue(label: "cabstand.postgres.listener")

  init(configuration: PostgresConfiguration, logger: Logger) {
    self.configuration = configuration
    self.logger = logger
  }

  func listen(_ channel: String) -> AsyncStream<PostgresNotification> {
    let (stream, continuation) = AsyncStream.makeStream(
      of: PostgresNotification.self, bufferingPolicy: .bufferingOldest(Self.bufferLimit))
    let (id, ready) = state.withLock { state -> (Int?, PostgresConnection?) in
      if state.isClosed { return (nil, nil) }
      let id = state.nextID
      state.nextID += 1
      state.subscribers[id] = Subscriber(channel: channel, continuation: continuation)
      return (id, state.isReady ? state.connection : nil)
    }
    guard let id else {
      continuation.finish()
      return stream
    }
    continuation.onTermination = { [weak self] _ in self?.remove(id) }
    if let ready {
      // Even when the channel is listened to already: the server's answer is what the reader waits for.
      start(channel, on: ready)
    } else {
      connect()
    }
    return stream
  }

  func close() {
    let (connection, subscribers) = state.withLock { state in
      state.isClosed = true
      let answer = (state.connection, state.subscribers)
      state.subscribers = [:]
      return answer
    }
    for subscriber in subscribers.values { subscriber.continuation.finish() }
    connection?.close()
  }

  private func connect() {
    let connection = state.withLock { state -> PostgresConnection? in
      guard state.connection == nil, !state.isClosed, !state.subscribers.isEmpty else { return nil }
      let connection = PostgresConnection(
        id: state.nextConnectionID, configuration: configuration, logger: logger, owner: self)
      state.nextConnectionID -= 1
      state.connection = connection
      return connection
    }
    connection?.connect()
  }

  private func remove(_ id: Int) {
    let (connection, unused, isLast) = state.withLock { state -> (PostgresConnection?, String?, Bool) in
      guard let subscriber = state.subscribers.removeValue(forKey: id) else { return (nil, nil, false) }
      let isUsed = state.subscribers.values.contains { $0.channel == subscriber.channel }
      return (state.connection, isUsed ? nil : subscriber.channel, state.subscribers.isEmpty)
    }
    if isLast {
      connection?.close()
    } else if let connection, let unused {
      run("UNLISTEN \(Self.quoted(unused))", on: connection) { _ in }
    }
  }

  /// Says `LISTEN` and, when the server has confirmed it, tells the channel's readers to look at their tables.
  private func start(_ channel: String, on connection: PostgresConnection) {
    run("LISTEN \(Self.quoted(channel))", on: connection) { [weak self] isDone in
      if isDone { self?.yield(.listening, to: channel) } else { connection.close() }
    }
  }

  private func run(
    _ sql: String, on connection: PostgresConnection, then: @escaping @Sendable (_ isDone: Bool) -> Void
  ) {
    let unit = PostgresUnit(
      .calls([PostgresPreparedCall(sql: sql)]), deadline: .now + configuration.statementDeadline, standsAlone: false,
      mayCommit: false)
    Task {
      do {
        _ = try await unit.run { connection.submit($0) }
        then(true)
      } catch {
        then(false)
      }
    }
  }

  private func yield(_ notification: PostgresNotification, to channel: String) {
    let hasMissed = state.withLock { state in
      var hasMissed = false
      for (id, subscriber) in state.subscribers where subscriber.channel == channel {
        if subscriber.hasMissed { continue }
        if case .dropped = subscriber.continuation.yield(notification) {
          state.subscribers[id]?.hasMissed = true
          hasMissed = true
        }
      }
      return hasMissed
    }
    if hasMissed { tellMissedLater() }
  }

  /// A reader whose buffer overflowed hears `listening` as soon as it has room, and nothing until then.
  private func tellMissedLater() {
    queue.asyncAfter(deadline: .now() + .milliseconds(20)) { [weak self] in self?.tellMissed() }
  }

  private func tellMissed() {
    let isLeft = state.withLock { state in
      var isLeft = false
      for (id, subscriber) in state.subscribers where subscriber.hasMissed {
        if case .dropped = subscriber.continuation.yield(.listening) {
          isLeft = true
        } else {
          state.subscribers[id]?.hasMissed = false
        }
      }
      return isLeft
    }
    if isLeft { tellMissedLater() }
  }

  private static func quoted(_ channel: String) -> String {
    "\"" + channel.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
  }
}

extension PostgresListener: PostgresConnectionOwner {
  func connectionIsReady(_ connection: PostgresConnection) {
    let channels = state.withLock { state in
      state.isReady = true
      state.failures = 0
      return Set(state.subscribers.values.map(\.channel))
    }
    if channels.isEmpty { connection.close() }
    for channel in channels { start(channel, on: connection) }
  }

  func connectionHasEnded(_ connection: PostgresConnection, error: PostgresError?) {
    let pause = state.withLock { state -> Duration? in
      if state.connection === connection {
        state.connection = nil
        state.isReady = false
      }
      guard !state.isClosed, !state.subscribers.isEmpty, !state.isRetryScheduled else { return nil }
      state.isRetryScheduled = true
      let pause = min(Duration.milliseconds(10 << min(state.failures, 16)), configuration.maxReconnectPause)
      state.failures += 1
      return pause * Double.random(in: 0.5...1)
    }
    guard let pause else { return }
    queue.asyncAfter(deadline: (MonotonicTime.now + pause).dispatchTime) { [weak self] in
      self?.state.withLock { $0.isRetryScheduled = false }
      self?.connect()
    }
  }

  func connection(_ connection: PostgresConnection, returns unit: PostgresUnit) {
    unit.finish(.failure(PostgresError(.connectionLost, "the connection was closed")))
  }

  func connection(_ connection: PostgresConnection, wasNotified channel: String, payload: String) {
    yield(.message(payload: payload), to: channel)
  }
}
