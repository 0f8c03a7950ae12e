package import DispatchCore
import DispatchState
package import HexGrid
package import RedisClient

/// The fleet index and the zones' prices in Redis: one script call for a batch of positions, atomic for every reader. Small batches that come while
/// others are under way go together.
///
/// Gives the same answers as `MemoryFleet`. A rebuild is also asked for after every start of the server, because a server
/// that was killed may have lost its last writes.
package final class RedisFleet: FleetIndex {
  private let client: RedisClient
  private let deadline: Duration
  let priceDeadline: Duration
  private let collector: PingCollector

  /// Creates the index.
  /// - Parameters:
  ///   - client: the connection to Redis.
  ///   - deadline: how long a call may take, in real time; those that look at the whole fleet may take ten times as long.
  ///   - priceDeadline: how long a look at one zone's price may take, because a rider waits for it.
  package init(
    client: RedisClient, deadline: Duration = .seconds(2), priceDeadline: Duration = .milliseconds(500)
  ) {
    self.client = client
    self.deadline = deadline
    self.priceDeadline = priceDeadline
    collector = PingCollector(client: client, deadline: deadline)
  }

  package func record(_ pings: [DriverPing], in region: RegionID) async throws -> Int {
    try await collector.record(pings, in: region)
  }

  package func apply(_ statuses: [DriverStatus]) async throws {
    var parts: [RegionID: FleetItems] = [:]
    for status in statuses {
      parts[status.region, default: FleetItems(itemByteCount: FleetStatusRecord.byteCount)].append(status.driver) {
        FleetStatusRecord.write(status, to: $0)
      }
    }
    for (region, items) in parts {
      try await run(FleetBatch(script: FleetScripts.apply, region: region, parts: [items]).calls()) { _ in }
    }
  }

  package func idleDrivers(
    in region: RegionID, cells: [HexCell]?, seenSince: Timestamp, limit: Int
  ) async throws -> [DriverSnapshot] {
    guard limit > 0, let cells else { return try await allIdleDrivers(in: region, seenSince: seenSince, limit: limit) }
    guard !cells.isEmpty else { return [] }
    var call = FleetScripts.idleDriversInZones.call(keys: FleetBatch.keys(of: region))
    call.append(Int(FleetRecord.number(seenSince)))
    call.append(min(limit, 1_000_000))
    call.append(byteCount: cells.count * 8) { space in
      for (index, cell) in cells.enumerated() { FleetRecord.store(cell.rawValue, to: space, at: index * 8) }
    }
    return try FleetAnswer.drivers(await scan(call) { value throws(RedisError) in try value.bytes() })
  }

  /// Reads all idle drivers in pages, so that pings need not wait for all of it. A driver who moves meanwhile may be met
  /// twice, and counts as where they were met first, or not at all.
  private func allIdleDrivers(
    in region: RegionID, seenSince: Timestamp, limit: Int
  ) async throws -> [DriverSnapshot] {
    var found: [DriverSnapshot] = []
    var known: Set<DriverID> = []
    var last: [UInt8] = []
    while found.count < limit {
      var call = FleetScripts.idleDriversPage.call(keys: FleetBatch.keys(of: region))
      call.append(Int(FleetRecord.number(seenSince)))
      call.append(min(limit - found.count, 1_000_000))
      call.append(last)
      call.append(FleetScripts.idlePage)
      let isFirst = last.isEmpty
      let page: [UInt8]
      (page, last) = try await run([call]) { answers throws(RedisError) in
        let parts = try answers[0].array()
        guard parts.count == 2 else { throw RedisError(.unexpectedReply) }
        return (try parts[0].bytes(), try parts[1].bytes())
      }
      let drivers = try FleetAnswer.drivers(page)
      if isFirst, last.isEmpty { return drivers }
      found += drivers.filter { known.insert($0.driver).inserted }
      if last.isEmpty { break }
    }
    return found
  }

  package func driver(_ driver: DriverID, in region: RegionID) async throws -> DriverSnapshot? {
    let parts = try await run([
      RedisCommand("HGET", RedisKeys.drivers(region), driver.text),
      RedisCommand("HGET", RedisKeys.statuses(region), driver.text),
    ]) { answers throws(RedisError) in (try answers[0].optionalBytes(), try answers[1].optionalBytes()) }
    return try parts.0.map { try Self.snapshot(driver, $0, parts.1) }
  }

  private static func snapshot(
    _ driver: DriverID, _ record: [UInt8], _ status: [UInt8]?
  ) throws(StateError) -> DriverSnapshot {
    guard
      let snapshot = FleetRecord.snapshot(
        of: driver, record: record[...], status: status.flatMap { FleetStatusRecord($0[...]) })
    else { throw .corrupt("a driver of the fleet index") }
    return snapshot
  }

  private static func optionalBytes(_ value: RedisValue) throws(RedisError) -> [[UInt8]?] {
    var values: [[UInt8]?] = []
    for element in try value.array() { values.append(try element.optionalBytes()) }
    return values
  }

  package func drivers(_ drivers: [DriverID], in region: RegionID) async throws -> [DriverSnapshot] {
    var found: [DriverSnapshot] = []
    for start in stride(from: 0, to: drivers.count, by: FleetScripts.maxDriversPerCall) {
      let part = Array(drivers[start..<min(start + FleetScripts.maxDriversPerCall, drivers.count)])
      var records = RedisCommand("HMGET", RedisKeys.drivers(region))
      var statuses = RedisCommand("HMGET", RedisKeys.statuses(region))
      for driver in part {
        records.append(driver.text)
        statuses.append(driver.text)
      }
      let packed = try await run([records, statuses]) { answers throws(RedisError) in
        (try Self.optionalBytes(answers[0]), try Self.optionalBytes(answers[1]))
      }
      for (driver, (record, status)) in zip(part, zip(packed.0, packed.1)) {
        guard let record else { continue }
        found.append(try Self.snapshot(driver, record, status))
      }
    }
    return found
  }

  package func supply(in region: RegionID) async throws -> [ZoneSupply] {
    let call = FleetScripts.supply.call(keys: FleetBatch.keys(of: region))
    return try FleetAnswer.zones(await scan(call) { value throws(RedisError) in try value.bytes() })
  }

  package func recountedSupply(in region: RegionID) async throws -> [ZoneSupply] {
    let call = FleetScripts.recount.call(keys: FleetBatch.keys(of: region))
    return try FleetAnswer.zones(await scan(call) { value throws(RedisError) in try value.bytes() })
  }

  package func sweep(
    in region: RegionID, silentSince: Timestamp, forgottenSince: Timestamp, limit: Int
  ) async throws -> Int {
    var swept = 0
    var rest = limit
    while rest > 0 {
      let part = min(rest, FleetScripts.maxDriversPerCall)
      var call = FleetScripts.sweep.call(keys: FleetBatch.keys(of: region) + [RedisKeys.sweepCursor(region)])
      call.append(Int(FleetRecord.number(silentSince)))
      call.append(Int(FleetRecord.number(forgottenSince)))
      call.append(part)
      let (count, isAtEnd) = try await run([call]) { answers throws(RedisError) in
        let answer = try answers[0].array()
        guard answer.count == 2 else { throw RedisError(.unexpectedReply) }
        return (try answer[0].integer(), try answer[1].integer() == 1)
      }
      swept += count
      // The next sweep begins anew.
      if isAtEnd { break }
      rest -= part
    }
    return swept
  }

  package func needsRebuild(_ region: RegionID) async throws -> Bool {
    try await run([FleetScripts.needsRebuild.call(keys: [RedisKeys.built(region)])]) { answers throws(RedisError) in
      try answers[0].integer() == 1
    }
  }

  package func markBuilt(_ region: RegionID) async throws {
    try await run([FleetScripts.markBuilt.call(keys: [RedisKeys.built(region)])]) { _ in }
  }

  /// Runs commands in their order and reads their answers, one for each.
  func run<Value: Sendable>(
    _ commands: [RedisCommand], within limit: Duration? = nil, read: ([RedisValue]) throws(RedisError) -> Value
  ) async throws -> Value {
    try await RedisFailure.state { () async throws(RedisError) in
      try read(try await client.repeatable(commands, deadline: limit ?? deadline))
    }
  }

  /// Runs a command that looks at the whole fleet and reads its answer.
  private func scan<Value: Sendable>(
    _ command: RedisCommand, read: (RedisValue) throws(RedisError) -> Value
  ) async throws -> Value {
    try await RedisFailure.state { () async throws(RedisError) in
      try read(try await client.repeatable([command], deadline: deadline * 10)[0])
    }
  }
}
