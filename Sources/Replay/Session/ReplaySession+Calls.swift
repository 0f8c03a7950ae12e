import NIOCore

extension ReplaySession {
  /// Sends a request until there is an answer that counts, through losses of the connection, 5xx and 429.
  /// - Parameters:
  ///   - request: what to send; the same each time.
  ///   - deliberate: statuses from 400 on that are no error here, because the replay provokes them or loses races.
  ///   - isPointless: asked after each failure; true gives up.
  /// - Returns: the answer; nil where it was given up.
  func call(
    _ request: HTTPCall, deliberate: Set<Int> = [], isPointless: () -> Bool = { false }
  ) async -> HTTPReply? {
    let limit = NIODeadline.now() + .milliseconds(Int64(options.patienceSeconds * 1_000))
    var hasFailed = false
    var pauseMilliseconds = 40.0
    while true {
      await passGate()
      if isStopping || isGone {
        if hasFailed { afterOutage(outages.gaveUp(at: .now())) }
        return nil
      }
      let start = NIODeadline.now()
      calls.sent()
      let cause: String
      var isLimit = false
      do throws(HTTPFailure) {
        let reply = try await client.send(request)
        let code = reply.status < 400 ? nil : reply.problemCode
        guard isTransient(reply.status, code) else {
          if hasFailed { afterOutage(outages.succeeded(at: .now())) }
          classify(reply.status, code, deliberate)
          return reply
        }
        cause = "\(reply.status) \(code ?? "")"
        isLimit = reply.status == 429
        if isLimit { calls.refused(cause) } else { calls.failed(cause) }
        if let seconds = reply.retryAfterSeconds {
          pauseMilliseconds = max(pauseMilliseconds, min(Double(seconds), 1) * 500)
        }
      } catch {
        if error == .closed { return nil }
        cause = error.code
        calls.failed(cause)
        if error == .refused || error == .lost { noteLost() }
      }
      if !isLimit {
        outages.failed(isFirst: !hasFailed, start: start, cause: cause)
        hasFailed = true
      }
      if isPointless() || NIODeadline.now() > limit {
        if hasFailed { afterOutage(outages.gaveUp(at: .now())) }
        return nil
      }
      try? await Task.sleep(for: .microseconds(Int64(pauseMilliseconds * Double.random(in: 700...1_300))))
      pauseMilliseconds = min(pauseMilliseconds * 2, 1_000)
    }
  }

  private func isTransient(_ status: Int, _ code: String?) -> Bool {
    status >= 500 || status == 429 || status == 425 || (status == 409 && code?.hasSuffix("InProgress") == true)
  }

  private func classify(_ status: Int, _ code: String?, _ deliberate: Set<Int>) {
    guard status >= 400 else { return }
    let name = "\(status) \(code ?? "")"
    if deliberate.contains(status) { calls.refused(name) } else { calls.failed(name) }
  }

  // MARK: The gate

  /// Waits while the server is away.
  func passGate() async {
    while !isUp, !isStopping {
      await withCheckedContinuation { gateWaiters.append($0) }
    }
  }

  func openGate() {
    isUp = true
    let waiters = gateWaiters
    gateWaiters = []
    for waiter in waiters { waiter.resume() }
  }

  /// A connection ended: holds everybody back until the server is known to be ready.
  func noteLost() {
    guard isUp, !isStopping else { return }
    isUp = false
    spawn { await $0.probe(patienceSeconds: $0.options.patienceSeconds) }
  }

  /// Asks until the server is ready, brings its clock into line, and opens the gate.
  /// - Parameter patienceSeconds: real seconds after which the server counts as gone for good.
  func probe(patienceSeconds: Double) async {
    let limit = NIODeadline.now() + .milliseconds(Int64(patienceSeconds * 1_000))
    var pauseMilliseconds = 10.0
    while !isStopping, !Task.isCancelled {
      if await isReady(), await alignClock() { return openGate() }
      if NIODeadline.now() > limit {
        isGone = true
        return openGate()
      }
      try? await Task.sleep(for: .microseconds(Int64(pauseMilliseconds * 1_000)))
      pauseMilliseconds = min(pauseMilliseconds * 1.5, 250)
    }
    isGone = isGone || Task.isCancelled
    openGate()
  }

  private func isReady() async -> Bool {
    let reply = try? await client.send(HTTPCall(.get, "/readyz", deadline: .seconds(3)), isMeasured: false)
    guard let reply else { return false }
    return reply.status == 200 || reply.status == 404
  }

  /// An outage is over: feeds that lived through it may have missed something.
  func afterOutage(_ start: NIODeadline?) {
    guard let start else { return }
    for feed in feeds.values where feed.isLive && feed.opened < start { reopen(feed) }
  }
}
