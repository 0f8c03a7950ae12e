import DispatchCore
import HexGrid

/// Prices as bytes: whole numbers of eight bytes, the highest first.
enum SurgeRecord {
  /// The length of a tick's record.
  static let tickByteCount = 20 * 8
  /// The length of a zone's record without the zone itself.
  static let zoneByteCount = 13 * 8

  /// A number alone, such as the version that the script compares.
  static func bytes(_ number: Int64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) }
  }

  /// A tick; its version comes first, where the script looks for it.
  static func bytes(_ tick: SurgeTick) -> [UInt8] {
    let policy = tick.policy
    var numbers = [tick.version, tick.previousVersion == nil ? 0 : 1, tick.previousVersion ?? 0]
    numbers += [tick.countedAt.unixMilliseconds, tick.validUntil.unixMilliseconds]
    numbers += [tick.requests, tick.demandHundredths, tick.supply, tick.city].map(Int64.init)
    numbers += [
      policy.sensitivityPercent, policy.capTenths, policy.stepTenths, policy.neighborTenths, policy.smoothingPercent,
      policy.hysteresisHundredths, policy.minimumRequests, policy.ownPercent, policy.ringPercent,
      policy.forecastPercent, policy.windowSeconds,
    ].map(Int64.init)
    return numbers.flatMap(bytes)
  }

  /// A zone, after the zone itself.
  static func bytes(_ zone: SurgeZone) -> [UInt8] {
    [
      zone.tenths, zone.previousTenths, zone.requests, zone.demandHundredths, zone.supply, zone.ringRequests,
      zone.ringDemandHundredths, zone.ringSupply, zone.own, zone.ring, zone.blend, zone.target, zone.smoothed,
    ].flatMap { bytes(Int64($0)) }
  }

  /// Reads a tick.
  /// - Returns: nil where the bytes are none.
  static func tick(_ bytes: [UInt8]) -> SurgeTick? {
    guard bytes.count == tickByteCount else { return nil }
    var reader = Reader(rest: bytes[...])
    let version = reader.next()
    let hasPrevious = reader.next() == 1
    let previous = reader.next()
    let countedAt = Timestamp(unixMilliseconds: reader.next())
    let validUntil = Timestamp(unixMilliseconds: reader.next())
    var tick = SurgeTick(
      version: version, previousVersion: hasPrevious ? previous : nil, countedAt: countedAt, validUntil: validUntil,
      policy: SurgePolicy(), requests: reader.int(), demandHundredths: reader.int(), supply: reader.int(),
      city: reader.int())
    tick.policy.sensitivityPercent = reader.int()
    tick.policy.capTenths = reader.int()
    tick.policy.stepTenths = reader.int()
    tick.policy.neighborTenths = reader.int()
    tick.policy.smoothingPercent = reader.int()
    tick.policy.hysteresisHundredths = reader.int()
    tick.policy.minimumRequests = reader.int()
    tick.policy.ownPercent = reader.int()
    tick.policy.ringPercent = reader.int()
    tick.policy.forecastPercent = reader.int()
    tick.policy.windowSeconds = reader.int()
    // A price that cannot be is no price.
    guard tick.isPlausible else { return nil }
    tick.policy.staleSeconds = Int(validUntil.milliseconds(since: countedAt) / 1_000)
    return tick
  }

  /// Reads a zone.
  /// - Returns: nil where the bytes are none.
  static func zone(_ cell: HexCell, _ bytes: [UInt8]) -> SurgeZone? {
    guard bytes.count == zoneByteCount else { return nil }
    var reader = Reader(rest: bytes[...])
    var zone = SurgeZone(cell: cell)
    zone.tenths = reader.int()
    zone.previousTenths = reader.int()
    zone.requests = reader.int()
    zone.demandHundredths = reader.int()
    zone.supply = reader.int()
    zone.ringRequests = reader.int()
    zone.ringDemandHundredths = reader.int()
    zone.ringSupply = reader.int()
    zone.own = reader.int()
    zone.ring = reader.int()
    zone.blend = reader.int()
    zone.target = reader.int()
    zone.smoothed = reader.int()
    let multipliers = [zone.own, zone.ring, zone.blend, zone.target, zone.smoothed]
    guard tenths.contains(zone.tenths), tenths.contains(zone.previousTenths),
      multipliers.allSatisfy({ (SurgeModel.one...SurgeModel.one * 10).contains($0) })
    else { return nil }
    return zone
  }

  /// What a multiplier may be, in tenths.
  private static let tenths = 10...100

  /// Takes one number after the other from bytes that are known to be enough.
  private struct Reader {
    var rest: ArraySlice<UInt8>

    mutating func next() -> Int64 {
      let number: Int64 = FleetRecord.load(rest, at: rest.startIndex)
      rest = rest.dropFirst(8)
      return number
    }

    mutating func int() -> Int { Int(next()) }
  }
}

extension SurgeTick {
  fileprivate var isPlausible: Bool {
    validUntil >= countedAt && (SurgeModel.one...SurgeModel.one * 10).contains(city)
      && (10...100).contains(policy.capTenths) && (0...100).contains(policy.ownPercent)
      && (0...100).contains(policy.ringPercent) && policy.cityPercent >= 0
      && (0...1_000).contains(policy.sensitivityPercent) && policy.windowSeconds >= 0
  }
}
