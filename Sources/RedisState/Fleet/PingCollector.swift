import DispatchCore
import DispatchState
import RedisClient
import Synchronization

/// Sends positions to Redis, those of small callers together: whoever comes while calls are under way waits for the next one,
/// so that single pings cost nearly as little as batches, and nobody waits for a timer.
final class PingCollector: Sendable {
  private struct Queue {
    var callers: [PingCaller] = []
    var pingCount = 0
    var callsUnderWay = 0
  }

  /// From here on a caller is a batch of its own.
  private static let largeCall = 64
  private static let maxCallsUnderWay = 2
  private static let maxWaitingPings = 100_000

  private let client: RedisClient
  private let deadline: Duration
  private let queues = Mutex<[RegionID: Queue]>([:])

  init(client: RedisClient, deadline: Duration) {
    self.client = client
    self.deadline = deadline
  }

  /// Takes positions.
  /// - Returns: how many changed nothing.
  /// - Throws: `StateError`, or `CancellationError`; then none, some or all were taken.
  func record(_ pings: [DriverPing], in region: RegionID) async throws -> Int {
    guard pings.count < Self.largeCall else { return try await send(pings, in: region).count }
    guard !pings.isEmpty else { return 0 }
    let caller = PingCaller(pings)
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        guard caller.wait(continuation) else { return }
        switch enqueue(caller, in: region) {
        case .refused: caller.finish(.failure(StateError.unavailable("too many positions wait")))
        case .waits: break
        case .leads: Task { await drain(region) }
        }
      }
    } onCancel: {
      caller.finish(.failure(CancellationError()))
    }
  }

  private enum Place { case refused, waits, leads }

  private func enqueue(_ caller: PingCaller, in region: RegionID) -> Place {
    queues.withLock { queues in
      var queue = queues.removeValue(forKey: region) ?? Queue()
      defer { queues[region] = queue }
      guard queue.pingCount + caller.pings.count <= Self.maxWaitingPings else { return .refused }
      queue.callers.append(caller)
      queue.pingCount += caller.pings.count
      guard queue.callsUnderWay < Self.maxCallsUnderWay else { return .waits }
      queue.callsUnderWay += 1
      return .leads
    }
  }

  /// Makes calls until nobody waits.
  private func drain(_ region: RegionID) async {
    while let callers = take(region) {
      do {
        var superseded = try await send(callers.flatMap(\.pings), in: region)[...]
        var end = 0
        for caller in callers {
          end += caller.pings.count
          let own = superseded.prefix { $0 < end }
          superseded = superseded.dropFirst(own.count)
          caller.finish(.success(own.count))
        }
      } catch {
        for caller in callers { caller.finish(.failure(error)) }
      }
    }
  }

  /// Takes as many callers as one call serves.
  /// - Returns: nil where nobody waits; then this call is no longer under way.
  private func take(_ region: RegionID) -> [PingCaller]? {
    queues.withLock { queues in
      guard var queue = queues.removeValue(forKey: region) else { return nil }
      defer { queues[region] = queue }
      guard !queue.callers.isEmpty else {
        queue.callsUnderWay -= 1
        return nil
      }
      var count = 0
      var pings = 0
      while count < queue.callers.count, pings + queue.callers[count].pings.count <= FleetScripts.maxDriversPerCall {
        pings += queue.callers[count].pings.count
        count += 1
      }
      let taken = Array(queue.callers.prefix(count))
      queue.callers.removeFirst(count)
      queue.pingCount -= pings
      return taken
    }
  }

  /// Sends positions in their order.
  /// - Returns: the indices of those that changed nothing, ascending.
  private func send(_ pings: [DriverPing], in region: RegionID) async throws -> [Int] {
    var batch = FleetBatch(
      script: FleetScripts.record, region: region, itemByteCount: FleetRecord.byteCount, capacity: pings.count)
    // The index of every position that is sent; one that is nowhere is not.
    var sent: [Int] = []
    sent.reserveCapacity(pings.count)
    for (index, ping) in pings.enumerated() {
      guard let cell = Zone.cell(at: ping.position) else { continue }
      batch.append(ping.driver) { FleetRecord.write(ping, cell: cell, to: $0) }
      sent.append(index)
    }
    return try await RedisFailure.state { () async throws(RedisError) in
      var superseded: [Int] = []
      for (call, answer) in try await client.repeatable(batch.calls(), deadline: deadline).enumerated() {
        let bytes = try answer.bytes()
        guard bytes.count.isMultiple(of: 2) else { throw RedisError(.unexpectedReply) }
        for start in stride(from: 0, to: bytes.count, by: 2) {
          let item: UInt16 = FleetRecord.load(bytes[...], at: start)
          let place = call * FleetScripts.maxDriversPerCall + Int(item)
          guard place < sent.count else { throw RedisError(.unexpectedReply) }
          superseded.append(sent[place])
        }
      }
      return superseded
    }
  }
}
