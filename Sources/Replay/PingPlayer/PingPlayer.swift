import FunctionKit
import NIOCore

/// Posts recorded pings as fast as the server takes them, in arrays over several connections.
///
/// Each connection has one request under way; the next array of the file goes to whichever is free, so that the file's order
/// is kept as closely as several connections allow. The server orders by event time anyway.
package actor PingPlayer {
  private let options: PingPlayerOptions
  private let file: PingFile
  private let client: HTTPClient
  private let encoder: PingEncoder
  /// Which pings to post, in order; nil is the file's order.
  private let order: [Int32]?
  private var shiftMilliseconds: Int64 = 0
  private var next = 0
  private var count = PingCount()
  private var calls = CallTally()
  private var notes: [String] = []
  private var isStopped = false

  /// Creates a player; it does nothing until it plays.
  /// - Parameters:
  ///   - file: the pings.
  ///   - options: how they are posted.
  package init(file: PingFile, options: PingPlayerOptions) {
    self.file = file
    self.options = options
    client = HTTPClient(
      configuration: HTTPClient.Configuration(address: options.server, maximumConnections: options.connections))
    encoder = PingEncoder(names: file.cabs.map { options.driverPrefix + $0 })
    order = Self.order(count: file.pings.count, options: options)
  }

  package nonisolated var unownedExecutor: UnownedSerialExecutor { client.unownedExecutor }

  /// Posts everything; cancelling the task ends it early.
  /// - Parameter progress: called about once a real second with a line of text.
  /// - Throws: `ReplayError` where it could not begin.
  package func play(progress: @escaping @Sendable (String) -> Void = { _ in }) async throws(ReplayError) -> PingReport {
    do throws(ReplayError) {
      try await setClock()
    } catch {
      await client.shutdown()
      throw error
    }
    let start = NIODeadline.now()
    let reporter = Task {
      while !isStopped {
        try? await Task.sleep(for: .seconds(1))
        if Task.isCancelled || isStopped { return }
        let seconds = Double((NIODeadline.now() - start).nanoseconds) / 1e9
        let rate = FixedPoint.grouped(Int(Double(count.sent) / seconds))
        progress(
          "\(FixedPoint.grouped(count.sent)) of \(FixedPoint.grouped(total)) pings, \(rate)/s, \(calls.errors) errors")
      }
    }
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<options.connections {
        group.addTask(executorPreference: LoopExecutor.shared) { await self.post() }
      }
    }
    let wallSeconds = Double((NIODeadline.now() - start).nanoseconds) / 1e9
    isStopped = true
    reporter.cancel()
    await reporter.value

    var report = PingReport()
    report.pings = count.report(seconds: wallSeconds)
    report.http = ReplayReport.HTTP(
      requests: calls.requests, errors: calls.errors, latencyMilliseconds: await client.latency.report)
    report.errorsByCode = calls.errorsByCode
    report.refusalsByCode = calls.refusalsByCode
    report.drivers = file.cabs.count
    report.wallSeconds = wallSeconds
    report.interrupted = next < total
    report.notes = notes
    await client.shutdown()
    return report
  }

  private var total: Int { order?.count ?? file.pings.count }

  /// One connection's work: takes the next array until there is none.
  private func post() async {
    while next < total, !Task.isCancelled {
      let range = next..<min(next + options.batch, total)
      next = range.upperBound
      await send(encode(range), count: range.count)
    }
  }

  private func encode(_ range: Range<Int>) -> ByteBuffer {
    var buffer = ByteBufferAllocator().buffer(capacity: range.count * 128 + 2)
    buffer.writeInteger(UInt8(ascii: "["))
    for position in range {
      if position > range.lowerBound { buffer.writeInteger(UInt8(ascii: ",")) }
      let ping = file.pings[order.map { Int($0[position]) } ?? position]
      encoder.write(
        driver: Int(ping.cab), unixMilliseconds: ping.unixMilliseconds + shiftMilliseconds, place: ping.place,
        occupied: ping.occupied, into: &buffer)
    }
    buffer.writeInteger(UInt8(ascii: "]"))
    return buffer
  }

  /// Posts an array until there is an answer that counts.
  private func send(_ body: ByteBuffer, count size: Int) async {
    let limit = NIODeadline.now() + .milliseconds(Int64(options.patienceSeconds * 1_000))
    var pauseMilliseconds = 20.0
    while true {
      calls.sent()
      do throws(HTTPFailure) {
        let reply = try await client.send(HTTPCall(.post, "/v1/pings", body: body, deadline: .seconds(30)))
        let name = "\(reply.status) " + (reply.status < 400 ? "" : reply.problemCode ?? "")
        if reply.status < 500, reply.status != 429 {
          if reply.status >= 400 { calls.failed(name) }
          return count.note(reply, count: size)
        }
        if reply.status == 429 { calls.refused(name) } else { calls.failed(name) }
      } catch {
        calls.failed(error.code)
      }
      if NIODeadline.now() > limit || Task.isCancelled {
        count.lost += size
        return
      }
      try? await Task.sleep(for: .microseconds(Int64(pauseMilliseconds * 1_000)))
      pauseMilliseconds = min(pauseMilliseconds * 2, 1_000)
    }
  }

  /// Sets the server's clock to the last ping's time; where it is fixed, moves the pings so that the last one is now.
  private func setClock() async throws(ReplayError) {
    let last = file.pings.lazy.map(\.unixMilliseconds).max() ?? 0
    let reply: HTTPReply
    do {
      reply = try await client.send(.clock(last, rate: 1), isMeasured: false)
    } catch {
      throw .unreachable(server: options.server.description, reason: "PUT /admin/clock: \(error.code)")
    }
    switch reply.status {
    case 200, 204: return
    case 403, 404, 405:
      shiftMilliseconds = AdjustableClock.systemNow().unixMilliseconds - last
      notes.append("the server's clock is fixed: the pings were moved so that the last one is now")
    default:
      throw .unexpected(what: "PUT /admin/clock", status: reply.status, code: reply.problemCode ?? "")
    }
  }

  private static func order(count: Int, options: PingPlayerOptions) -> [Int32]? {
    guard options.shuffleSeed != nil || options.duplicateShare > 0 else { return nil }
    var random = SplitMix64(seed: options.shuffleSeed ?? 1, stream: 3)
    var order = Array(0..<Int32(clamping: count))
    if options.shuffleSeed != nil { random.shuffle(&order) }
    guard options.duplicateShare > 0 else { return order }
    // A duplicate comes up to 5,000 pings after its original.
    var keyed = order.enumerated().map { (key: $0.offset, ping: $0.element) }
    for position in order.indices where random.unit() < options.duplicateShare {
      keyed.append((key: position + 1 + random.below(5_000), ping: order[position]))
    }
    keyed.sort { ($0.key, $0.ping) < ($1.key, $1.ping) }
    return keyed.map(\.ping)
  }
}
