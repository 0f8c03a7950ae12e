package import DispatchCore
import DispatchState
package import HexGrid
import RedisClient

extension RedisFleet: SurgeStore {
  package func surge(in region: RegionID) async throws -> SurgeSurface? {
    let pairs = try await run([RedisCommand("HGETALL", RedisKeys.surge(region))]) { answers throws(RedisError) in
      try answers[0].pairs().map { pair throws(RedisError) in
        Field(name: try pair.key.bytes(), value: try pair.value.bytes())
      }
    }
    guard let tick = pairs.first(where: { $0.name.count != 8 }).flatMap({ SurgeRecord.tick($0.value) }) else {
      return nil
    }
    let zones = try pairs.filter { $0.name.count == 8 }.map { field in
      guard let cell = HexCell(rawValue: FleetRecord.load(field.name[...], at: 0)),
        let zone = SurgeRecord.zone(cell, field.value)
      else { throw StateError.corrupt("a zone's price") }
      return zone
    }
    return SurgeSurface(region: region, tick: tick, zones: zones.sorted { $0.cell < $1.cell })
  }

  package func price(of cell: HexCell, in region: RegionID) async throws -> SurgePrice? {
    var command = RedisCommand("HMGET", RedisKeys.surge(region), SurgeScripts.tickField)
    command.append(SurgeRecord.bytes(Int64(bitPattern: cell.rawValue)))
    let parts = try await run([command], within: priceDeadline) { answers throws(RedisError) in
      let values = try answers[0].array()
      guard values.count == 2 else { throw RedisError(.unexpectedReply) }
      return [try values[0].optionalBytes(), try values[1].optionalBytes()]
    }
    guard let tick = parts[0].flatMap({ SurgeRecord.tick($0) }) else { return nil }
    guard let bytes = parts[1] else { return SurgePrice(tick: tick, zone: SurgeZone(cell: cell)) }
    guard let zone = SurgeRecord.zone(cell, bytes) else { throw StateError.corrupt("a zone's price") }
    return SurgePrice(tick: tick, zone: zone)
  }

  package func publish(_ surface: SurgeSurface, replacing version: Int64?) async throws -> Bool {
    var records: [UInt8] = []
    records.reserveCapacity(surface.zones.count * (8 + SurgeRecord.zoneByteCount))
    for zone in surface.zones {
      records += SurgeRecord.bytes(Int64(bitPattern: zone.cell.rawValue))
      records += SurgeRecord.bytes(zone)
    }
    var call = SurgeScripts.publish.call(keys: [RedisKeys.surge(surface.region)], capacity: records.count + 512)
    call.append(version.map { SurgeRecord.bytes($0) } ?? [])
    call.append(SurgeRecord.bytes(surface.tick))
    call.append(records)
    call.append(8 + SurgeRecord.zoneByteCount)
    return try await run([call]) { answers throws(RedisError) in try answers[0].integer() == 1 }
  }

  /// A field of the hash.
  private struct Field {
    var name: [UInt8]
    var value: [UInt8]
  }
}
