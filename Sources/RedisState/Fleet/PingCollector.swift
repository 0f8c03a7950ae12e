import DispatchCore
import DispatchState
import FunctionKit
import RedisClient
import Synchronization

/// Sends positions to Redis, those of several callers together: whoever comes while calls are under way waits for the next one, so
/// that single pings cost nearly as little as batches, zones that many batches touch are counted once, and nobody waits for a timer.
final class PingCollector: Sendable {
  /// Somebody who waits until their positions are taken; the answer is how many changed nothing.
  private typealias PingCaller = GroupedCaller<FleetItems, Int>

  private struct Queue {
    var callers: [PingCaller] = []
    var pingCount = 0
    var callsUnderWay = 0
  }

  private static let maxCallsUnderWay = 2
  /// Positions of several callers in one call: per position a call of some hundred costs Redis least, one by one nine times as
  /// much, and beyond that its lists grow out of the processor's nearest cache.
  private static let sharedCallSize = 250
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
    var items = FleetItems(itemByteCount: FleetRecord.byteCount, capacity: pings.count)
    // A position that is nowhere is not sent.
    for ping in pings {
      guard let cell = Zone.cell(at: ping.position) else { continue }
      items.append(ping.driver) { FleetRecord.write(ping, cell: cell, to: $0) }
    }
    guard items.count > 0 else { return 0 }
    let caller = PingCaller(items)
    switch enter(caller, in: region) {
    case .refused: throw StateError.unavailable("too many positions wait")
    case .leads:
      defer { leave(region) }
      return try await send([caller], in: region)[0]
    case .waits:
      return try await withTaskCancellationHandler {
        try await withCheckedThrowingContinuation { continuation in _ = caller.wait(continuation) }
      } onCancel: {
        caller.finish(.failure(CancellationError()))
      }
    }
  }

  private enum Place { case refused, waits, leads }

  private func enter(_ caller: PingCaller, in region: RegionID) -> Place {
    queues.withLock { queues in
      var queue = queues.removeValue(forKey: region) ?? Queue()
      defer { queues[region] = queue }
      if queue.callsUnderWay < Self.maxCallsUnderWay {
        queue.callsUnderWay += 1
        return .leads
      }
      guard queue.pingCount + caller.item.count <= Self.maxWaitingPings else { return .refused }
      queue.callers.append(caller)
      queue.pingCount += caller.item.count
      return .waits
    }
  }

  /// Gives up a place, to those who wait where there are any.
  private func leave(_ region: RegionID) {
    guard let callers = take(region) else { return }
    Task { await drain(callers, in: region) }
  }

  /// Makes calls until nobody waits.
  private func drain(_ first: [PingCaller], in region: RegionID) async {
    var next: [PingCaller]? = first
    while let callers = next {
      do {
        let superseded = try await send(callers, in: region)
        for (caller, count) in zip(callers, superseded) { caller.finish(.success(count)) }
      } catch {
        for caller in callers { caller.finish(.failure(error)) }
      }
      next = take(region)
    }
  }

  /// Takes as many callers as one call serves.
  /// - Returns: nil where nobody waits; then this call is no longer under way.
  private func take(_ region: RegionID) -> [PingCaller]? {
    queues.withLock { queues in
      guard var queue = queues.removeValue(forKey: region) else { return nil }
      defer { queues[region] = queue }
      guard let first = queue.callers.first else {
        queue.callsUnderWay -= 1
        return nil
      }
      var count = 1
      var pings = first.item.count
      while count < queue.callers.count, pings + queue.callers[count].item.count <= Self.sharedCallSize {
        pings += queue.callers[count].item.count
        count += 1
      }
      let taken = Array(queue.callers.prefix(count))
      queue.callers.removeFirst(count)
      queue.pingCount -= pings
      return taken
    }
  }

  /// Sends the positions of callers in their order.
  /// - Returns: for each caller how many changed nothing.
  private func send(_ callers: [PingCaller], in region: RegionID) async throws -> [Int] {
    let batch = FleetBatch(script: FleetScripts.record, region: region, parts: callers.map(\.item))
    return try await RedisFailure.state { () async throws(RedisError) in
      var counts = [Int](repeating: 0, count: callers.count)
      var caller = 0
      var end = callers[0].item.count
      for (call, answer) in try await client.repeatable(batch.calls(), deadline: deadline).enumerated() {
        let bytes = try answer.bytes()
        guard bytes.count.isMultiple(of: 2) else { throw RedisError(.unexpectedReply) }
        for start in stride(from: 0, to: bytes.count, by: 2) {
          let item: UInt16 = FleetRecord.load(bytes[...], at: start)
          // Ascending, so that whose item it is only moves on.
          let place = call * FleetScripts.maxDriversPerCall + Int(item)
          while place >= end {
            caller += 1
            guard caller < callers.count else { throw RedisError(.unexpectedReply) }
            end += callers[caller].item.count
          }
          counts[caller] += 1
        }
      }
      return counts
    }
  }
}
