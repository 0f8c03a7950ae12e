import DispatchCore
import HexGrid

/// One region's fleet in memory: drivers in slots, and who is idle in which zone.
struct MemoryFleetRegion: Sendable {
  struct Driver: Sendable {
    let id: DriverID
    var ping: DriverPing?
    var cell: HexCell?
    var status: DriverStatus?
    var isSilent = false
    /// What is answered about the driver; nil before the first position.
    private(set) var snapshot: DriverSnapshot?

    init(id: DriverID, status: DriverStatus? = nil) {
      self.id = id
      self.status = status
    }

    var isSupply: Bool { ping != nil && status?.activity != .offline }
    var isIdle: Bool {
      guard let ping, !isSilent, !ping.isOccupied, case .idle? = status?.activity else { return false }
      return true
    }

    /// Brings the answer into line with what is known.
    mutating func answer() {
      guard let ping, let cell else { return }
      snapshot = DriverSnapshot(
        driver: id, position: ping.position, cell: cell, seenAt: ping.time, headingDegrees: ping.headingDegrees,
        isOccupied: ping.isOccupied, vehicleClass: status?.vehicleClass ?? .standard,
        activityName: status?.activity.name, statusVersion: status?.version ?? 0)
    }

    /// Takes another position at the same place.
    mutating func stay(_ ping: DriverPing) {
      self.ping = ping
      snapshot?.seenAt = ping.time
      snapshot?.headingDegrees = ping.headingDegrees
    }
  }

  /// A zone's idle drivers, by id.
  private struct IdleZone: Sendable {
    var cell: HexCell
    var slots: [Int32] = []
  }

  /// A slot of which nothing is left knows nothing until somebody new comes.
  private(set) var slots: [Driver] = []
  /// When the driver of each slot was last seen, in milliseconds since 1970; the greatest number where never.
  private var lastSeen: [Int64] = []
  private var slotOf: [DriverID: Int] = [:]
  private var freeSlots: [Int] = []
  private(set) var supply: [HexCell: Int] = [:]
  /// Zones in their order; one that emptied stays until it fills again.
  private var idleZones: [IdleZone] = []
  private var idleZoneOf: [HexCell: Int] = [:]
  private var sweepCursor = 0
  var isBuilt = false

  func snapshot(_ id: DriverID) -> DriverSnapshot? { slotOf[id].flatMap { slots[$0].snapshot } }

  func idleCount(in cell: HexCell) -> Int { idleZoneOf[cell].map { idleZones[$0].slots.count } ?? 0 }

  /// Takes a position.
  /// - Returns: false where a later one is known.
  mutating func record(_ ping: DriverPing) -> Bool {
    let slot = slot(of: ping.driver)
    // The time alone tells of most.
    if lastSeen[slot] != .max, lastSeen[slot] >= ping.time.unixMilliseconds {
      // A position that is nowhere is no news, but none that was overtaken either.
      if let known = slots[slot].ping, !ping.supersedes(known) { return Zone.cell(at: ping.position) == nil }
    }
    let isSamePlace = slots[slot].snapshot?.position == ping.position
    // Of a driver who only says "still here", nothing is counted anew.
    if isSamePlace, !slots[slot].isSilent, slots[slot].ping?.isOccupied == ping.isOccupied {
      slots[slot].stay(ping)
      lastSeen[slot] = ping.time.unixMilliseconds
      return true
    }
    guard let cell = isSamePlace ? slots[slot].cell : Zone.cell(at: ping.position) else { return true }
    lastSeen[slot] = ping.time.unixMilliseconds
    update(slot) { driver in
      driver.ping = ping
      driver.cell = cell
      driver.isSilent = false
    }
    return true
  }

  mutating func apply(_ status: DriverStatus) {
    let slot = slot(of: status.driver)
    if let version = slots[slot].status?.version, version >= status.version { return }
    update(slot) { $0.status = status }
  }

  /// Idle drivers by zone and then id.
  func idle(in cells: [HexCell]?, seenSince: Timestamp, limit: Int) -> [DriverSnapshot] {
    var found: [DriverSnapshot] = []
    guard let cells else {
      for zone in idleZones {
        guard append(zone, to: &found, seenSince, limit) else { break }
      }
      return found
    }
    for cell in cells {
      guard let index = idleZoneOf[cell] else { continue }
      guard append(idleZones[index], to: &found, seenSince, limit) else { break }
    }
    return found
  }

  private func append(
    _ zone: IdleZone, to found: inout [DriverSnapshot], _ seenSince: Timestamp, _ limit: Int
  ) -> Bool {
    for slot in zone.slots {
      guard found.count < limit else { return false }
      guard lastSeen[Int(slot)] >= seenSince.unixMilliseconds, let snapshot = slots[Int(slot)].snapshot else {
        continue
      }
      found.append(snapshot)
    }
    return true
  }

  /// Looks at the next slots: silences the old and forgets the very old.
  /// - Returns: how many.
  mutating func sweep(silentSince: Timestamp, forgottenSince: Timestamp, limit: Int) -> Int {
    var swept = 0
    let oldest = max(silentSince, forgottenSince).unixMilliseconds
    for _ in 0..<min(max(limit, 0), lastSeen.count) {
      if sweepCursor >= lastSeen.count { sweepCursor = 0 }
      let slot = sweepCursor
      sweepCursor += 1
      guard lastSeen[slot] < oldest else { continue }
      if lastSeen[slot] < forgottenSince.unixMilliseconds {
        forget(slot)
        swept += 1
      } else if !slots[slot].isSilent {
        update(slot) { $0.isSilent = true }
        swept += 1
      }
    }
    return swept
  }

  /// Forgets where a driver is; the status stays.
  private mutating func forget(_ slot: Int) {
    let driver = slots[slot]
    count(slot, driver, -1)
    slots[slot] = Driver(id: driver.id, status: driver.status)
    lastSeen[slot] = .max
    guard driver.status == nil else { return }
    slotOf[driver.id] = nil
    freeSlots.append(slot)
  }

  // MARK: Slots and counters

  private mutating func slot(of id: DriverID) -> Int {
    if let slot = slotOf[id] { return slot }
    let slot: Int
    if let free = freeSlots.popLast() {
      slot = free
      slots[slot] = Driver(id: id)
    } else {
      slot = slots.count
      slots.append(Driver(id: id))
      lastSeen.append(.max)
    }
    slotOf[id] = slot
    return slot
  }

  /// Changes a driver and keeps the counters true.
  private mutating func update(_ slot: Int, _ change: (inout Driver) -> Void) {
    let before = slots[slot]
    var after = before
    change(&after)
    after.answer()
    slots[slot] = after
    if before.cell == after.cell, before.isSupply == after.isSupply, before.isIdle == after.isIdle { return }
    count(slot, before, -1)
    count(slot, after, 1)
  }

  private mutating func count(_ slot: Int, _ driver: Driver, _ step: Int) {
    guard let cell = driver.cell else { return }
    if driver.isSupply {
      let count = (supply[cell] ?? 0) + step
      supply[cell] = count == 0 ? nil : count
    }
    guard driver.isIdle else { return }
    let zone = idleZone(of: cell)
    let place = place(of: driver.id, in: zone)
    if step > 0 {
      idleZones[zone].slots.insert(Int32(slot), at: place)
    } else if idleZones[zone].slots.indices.contains(place), idleZones[zone].slots[place] == Int32(slot) {
      idleZones[zone].slots.remove(at: place)
    }
  }

  private mutating func idleZone(of cell: HexCell) -> Int {
    if let zone = idleZoneOf[cell] { return zone }
    let place = idleZones.firstIndex { $0.cell > cell } ?? idleZones.count
    idleZones.insert(IdleZone(cell: cell), at: place)
    for index in place..<idleZones.count { idleZoneOf[idleZones[index].cell] = index }
    return place
  }

  private func place(of id: DriverID, in zone: Int) -> Int {
    let members = idleZones[zone].slots
    var low = 0
    var high = members.count
    while low < high {
      let middle = (low + high) / 2
      if slots[Int(members[middle])].id < id { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
