import Logging
import NIOCore

/// The part of a connection that lives on its event loop: the channel, the queue of answers to come, the one timer.
final class ConnectionLoop {
  private enum Phase {
    /// No channel and no plan to make one.
    case idle
    /// A channel is being made.
    case connecting
    /// Logging in and selecting the database; so many answers are missing.
    case greeting(missing: Int)
    case ready
    /// The last attempt failed or the connection was lost; the next attempt is planned.
    case pausing
    /// No more commands; waiting for the answers on their way.
    case closing
    case closed
  }

  /// Deadlines are looked after together, at most this often.
  private static let timerResolution = TimeAmount.milliseconds(1)
  /// A write buffer that grew beyond this is not kept.
  private static let maxKeptByteCount = 1 << 20
  private static let maxKeptAnswers = 16_384

  private let options: ConnectionOptions
  private let inbox: ConnectionInbox
  private let eventLoop: any EventLoop
  private var phase = Phase.idle
  private var channel: (any Channel)?
  /// Written and unanswered, in the order of the wire. An entry stays until its answer came, wanted or not.
  private var inFlight = CircularBuffer<PendingReply>()
  /// Not written yet, because there is no connection.
  private var backlog = CircularBuffer<PendingReply>()
  private var backlogBytes = ByteBuffer()
  private var spare = ConnectionInbox.Batch()
  /// Read and not handed out yet.
  private var answered: [(reply: PendingReply, value: RedisValue)] = []
  private var timer: Scheduled<Void>?
  private var timerDeadline = NIODeadline.distantFuture
  private var delay: ReconnectDelay
  private var lastFailure: RedisError?
  private var wasReady = false
  private var closePromises: [EventLoopPromise<Void>] = []

  init(options: ConnectionOptions, inbox: ConnectionInbox, eventLoop: any EventLoop) {
    self.options = options
    self.inbox = inbox
    self.eventLoop = eventLoop
    delay = ReconnectDelay(
      shortest: TimeAmount(options.configuration.minReconnectDelay),
      longest: TimeAmount(options.configuration.maxReconnectDelay))
  }

  // MARK: Commands

  /// Takes the commands that callers left and sends them with one write.
  func collect() {
    let batch = inbox.take(leaving: spare)
    spare = ConnectionInbox.Batch()
    guard !batch.replies.isEmpty else { return }
    watch(batch.earliestDeadline)
    switch phase {
    case .ready:
      inFlight.append(contentsOf: batch.replies)
      options.metrics.sent(batch.replies.count)
      channel?.writeAndFlush(batch.bytes, promise: nil)
      keep(batch)
    case .closing, .closed:
      fail(batch.replies, with: RedisError(.closed))
    case .idle, .connecting, .greeting, .pausing:
      backlog.append(contentsOf: batch.replies)
      backlogBytes.writeImmutableBuffer(batch.bytes)
      connectIfIdle()
    }
  }

  /// Uses the storage of a batch again, once the channel has let go of it.
  private func keep(_ batch: consuming ConnectionInbox.Batch) {
    guard batch.bytes.capacity <= Self.maxKeptByteCount else { return }
    spare = batch
    spare.bytes.clear()
    spare.replies.removeAll(keepingCapacity: true)
    spare.earliestDeadline = .distantFuture
  }

  /// Takes the answer for whoever has waited longest.
  func received(_ value: RedisValue) {
    if case .greeting(let missing) = phase { return greeted(with: value, missing: missing) }
    guard let reply = inFlight.popFirst() else {
      // A server that is full or protected says so before it hangs up.
      if case .error(let error) = value { return abandon(RedisError(.connectFailed, error.detail)) }
      return abandon(RedisError(.protocolViolation, "an answer that nobody asked for"))
    }
    answered.append((reply, value))
  }

  /// Hands out what was read. The room is given back first, so that whoever is woken finds it.
  func finishedReading() {
    guard !answered.isEmpty else { return }
    inbox.release(count: answered.count, byteCount: answered.reduce(0) { $0 + $1.reply.byteCount })
    options.metrics.answered(answered.count)
    for (reply, value) in answered {
      if case .error(let error) = value {
        reply.waiter.fulfil(reply.index, with: .failure(error))
      } else {
        reply.waiter.fulfil(reply.index, with: .success(value))
      }
    }
    answered.removeAll(keepingCapacity: answered.count <= Self.maxKeptAnswers)
    if case .closing = phase, inFlight.isEmpty { channel?.close(promise: nil) }
  }

  private func fail(_ replies: some Collection<PendingReply>, with error: RedisError) {
    release(replies)
    replies.forEach { $0.waiter.fail(error) }
  }

  private func release(_ replies: some Collection<PendingReply>) {
    guard !replies.isEmpty else { return }
    inbox.release(count: replies.count, byteCount: replies.reduce(0) { $0 + $1.byteCount })
  }

  // MARK: Connecting

  /// Starts an attempt to connect unless one is under way or planned.
  func connectIfIdle() {
    guard case .idle = phase else { return }
    phase = .connecting
    let bound = NIOLoopBound(self, eventLoop: eventLoop)
    let attempt = options.endpoint.connect(on: eventLoop, timeout: options.configuration.connectTimeout) { channel in
      try channel.pipeline.syncOperations.addHandler(ReplyHandler(loop: bound.value))
    }
    attempt.assumeIsolated().whenFailure { error in
      guard case .connecting = self.phase else { return self.finishClosing() }
      self.retryLater(RedisError(.connectFailed, "\(error)"))
    }
  }

  /// A channel is open: logs in and selects the database before any command is sent.
  func channelOpened(_ channel: any Channel) {
    guard case .connecting = phase else { return channel.close(promise: nil) }
    self.channel = channel
    let greeting = Greeting(options.configuration)
    guard !greeting.commands.isEmpty else { return becomeReady() }
    phase = .greeting(missing: greeting.commands.count)
    var bytes = ByteBuffer()
    greeting.commands.forEach { $0.write(to: &bytes) }
    channel.writeAndFlush(bytes, promise: nil)
    eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(options.configuration.connectTimeout)) {
      guard self.channel === channel, case .greeting = self.phase else { return }
      self.lastFailure = RedisError(.connectFailed, "the server accepts but does not answer")
      channel.close(promise: nil)
    }
  }

  private func greeted(with value: RedisValue, missing: Int) {
    if case .error(let error) = value {
      guard !error.detail.contains("max number of clients") else {
        return abandon(RedisError(.connectFailed, error.detail))
      }
      // Waiting would not help: whoever waits learns at once what is wrong with the configuration.
      let failure = RedisError(.authenticationFailed, error.detail)
      lastFailure = failure
      failBacklog(failure)
      channel?.close(promise: nil)
      return
    }
    phase = .greeting(missing: missing - 1)
    if missing == 1 { becomeReady() }
  }

  private func becomeReady() {
    if wasReady {
      options.metrics.reconnected()
      options.logger.info("redis connection restored")
    }
    phase = .ready
    wasReady = true
    lastFailure = nil
    delay.reset()
    inbox.refuse(with: nil)
    sendBacklog()
    collect()
  }

  /// Sends what is still wanted of what waited for the connection.
  private func sendBacklog() {
    var bytes = ByteBuffer()
    bytes.reserveCapacity(backlogBytes.readableBytes)
    var dropped: [PendingReply] = []
    for reply in backlog {
      var command = backlogBytes.readSlice(length: reply.byteCount) ?? ByteBuffer()
      if reply.waiter.isWaiting {
        inFlight.append(reply)
        bytes.writeBuffer(&command)
      } else {
        dropped.append(reply)
      }
    }
    backlog.removeAll()
    backlogBytes = ByteBuffer()
    release(dropped)
    guard !inFlight.isEmpty else { return }
    options.metrics.sent(inFlight.count)
    channel?.writeAndFlush(bytes, promise: nil)
  }

  /// The channel is closed: no answer will come any more for what was sent on it.
  func channelClosed(_ cause: RedisError) {
    channel = nil
    let lost = inFlight
    inFlight.removeAll()
    if !lost.isEmpty {
      options.metrics.answered(lost.count)
      fail(lost, with: cause)
    }
    switch phase {
    case .closing, .closed: finishClosing()
    case .ready:
      options.logger.warning("redis connection lost", metadata: ["reason": "\(cause.code)"])
      retryLater(RedisError(.connectFailed, cause.detail))
    default: retryLater(lastFailure ?? RedisError(.connectFailed, cause.detail))
    }
  }

  private func retryLater(_ failure: RedisError) {
    lastFailure = failure
    options.metrics.failedToConnect()
    phase = .pausing
    if !options.waitsForServer {
      inbox.refuse(with: failure)
      failBacklog(failure)
      collectRefused(failure)
    }
    eventLoop.assumeIsolated().scheduleTask(in: delay.next()) {
      guard case .pausing = self.phase else { return }
      self.phase = .idle
      self.inbox.refuse(with: nil)
      if self.options.waitsForServer || !self.backlog.isEmpty { self.connectIfIdle() }
    }
  }

  private func failBacklog(_ error: RedisError) {
    let waiting = backlog
    backlog.removeAll()
    backlogBytes = ByteBuffer()
    fail(waiting, with: error)
  }

  /// Fails what was left between the last collection and the refusal.
  private func collectRefused(_ error: RedisError) {
    fail(inbox.take(leaving: ConnectionInbox.Batch()).replies, with: error)
  }

  private func abandon(_ error: RedisError) {
    lastFailure = error
    options.logger.error("redis connection given up", metadata: ["reason": "\(error.code)"])
    channel?.close(promise: nil)
  }

  // MARK: Deadlines

  /// Makes sure that the timer fires when this deadline has passed.
  private func watch(_ deadline: NIODeadline) {
    guard deadline < timerDeadline else { return }
    timer?.cancel()
    timerDeadline = max(deadline, .now() + Self.timerResolution)
    timer = eventLoop.assumeIsolated().scheduleTask(deadline: timerDeadline) { self.lookAfterDeadlines() }
  }

  private func lookAfterDeadlines() {
    timer = nil
    timerDeadline = .distantFuture
    let now = NIODeadline.now()
    let sentError = RedisError(.timeout, mayHaveExecuted: true)
    let waitingError = lastFailure ?? RedisError(.connectFailed, "no connection in time")
    let next = min(
      Self.expire(inFlight, at: now, with: sentError), Self.expire(backlog, at: now, with: waitingError))
    if let oldest = inFlight.first, oldest.deadline < .distantFuture {
      // Nothing was answered since the oldest command's deadline: the other side may be gone without a word.
      let limit = oldest.deadline + TimeAmount(options.configuration.silenceLimit)
      guard limit > now else { return abandon(RedisError(.connectionLost, "silent", mayHaveExecuted: true)) }
      watch(limit)
    }
    watch(next)
  }

  /// Fails whoever waited too long; the entries stay, so that late answers find their place.
  /// - Returns: the earliest deadline still to come
  private static func expire(_ replies: CircularBuffer<PendingReply>, at now: NIODeadline, with error: RedisError)
    -> NIODeadline
  {
    var next = NIODeadline.distantFuture
    for reply in replies {
      if reply.deadline <= now { reply.waiter.fail(error) } else { next = min(next, reply.deadline) }
    }
    return next
  }

  // MARK: Closing

  /// Takes no more commands and closes when the answers on their way have come, or after a time.
  func close(timeout: TimeAmount, promise: EventLoopPromise<Void>) {
    if case .closed = phase { return promise.succeed() }
    closePromises.append(promise)
    if case .closing = phase { return }
    let error = RedisError(.closed)
    inbox.refuse(with: error)
    if case .ready = phase { collect() }
    let wasConnecting = if case .connecting = phase { true } else { false }
    phase = .closing
    failBacklog(error)
    collectRefused(error)
    guard let channel else { return wasConnecting ? () : finishClosing() }
    guard !inFlight.isEmpty, timeout > .zero else { return channel.close(promise: nil) }
    eventLoop.assumeIsolated().scheduleTask(in: timeout) { self.channel?.close(promise: nil) }
  }

  private func finishClosing() {
    phase = .closed
    timer?.cancel()
    timer = nil
    closePromises.forEach { $0.succeed() }
    closePromises = []
  }
}
