import DispatchCore
import HexGrid

/// Ids by time, oldest first: like an index of the database, for what is few or comes nearly in order.
struct OrderedIndex<Kind>: Sendable {
  struct Entry: Sendable {
    var time: Timestamp
    var id: EntityID<Kind>
    /// Where it begins, if that is asked for.
    var cell: HexCell?

    func isBefore(_ other: Entry) -> Bool {
      time != other.time ? time < other.time : id < other.id
    }
  }

  /// The entries, by time and then id.
  private(set) var entries: [Entry] = []

  mutating func insert(_ id: EntityID<Kind>, at time: Timestamp, in cell: HexCell? = nil) {
    let entry = Entry(time: time, id: id, cell: cell)
    let place = place(of: entry)
    if entries.indices.contains(place), entries[place].id == id, entries[place].time == time { return }
    entries.insert(entry, at: place)
  }

  mutating func remove(_ id: EntityID<Kind>, at time: Timestamp) {
    let place = place(of: Entry(time: time, id: id))
    guard entries.indices.contains(place), entries[place].id == id, entries[place].time == time else { return }
    entries.remove(at: place)
  }

  /// The entries from a moment on.
  func entries(since time: Timestamp) -> ArraySlice<Entry> {
    entries[firstIndex { $0.time >= time }...]
  }

  private func place(of entry: Entry) -> Int {
    // Most come at the end.
    if entries.last?.isBefore(entry) ?? true { return entries.count }
    return firstIndex { !$0.isBefore(entry) }
  }

  private func firstIndex(_ isThere: (Entry) -> Bool) -> Int {
    var low = 0
    var high = entries.count
    while low < high {
      let middle = (low + high) / 2
      if isThere(entries[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

/// Which rides and offers of a region wait for something.
struct RegionIndex: Sendable {
  /// Rides that have not reached their end, by request.
  var active = OrderedIndex<RideKind>()
  /// Rides that wait for a driver, by request.
  var waiting = OrderedIndex<RideKind>()
  /// Rides that are put to a driver, by request.
  var offered = OrderedIndex<RideKind>()
  /// Completed rides that were not settled, by request.
  var unsettled = OrderedIndex<RideKind>()
  /// Rides that were called off, or whose rider did not come, after a driver had accepted, by their end.
  var calledOff = OrderedIndex<RideKind>()
  /// Rides with their rider aboard, by when they should end.
  var underWay = OrderedIndex<RideKind>()
  /// Open offers, by their end.
  var openOffers = OrderedIndex<OfferKind>()
  /// All rides, by request.
  var requested = OrderedIndex<RideKind>()
  /// All rides that were completed, by completion.
  var completed = OrderedIndex<RideKind>()

  /// Forgets what a ride waited for.
  /// - Parameter expectedEnd: when the ride should end, if its rider is aboard and that is known.
  mutating func leave(_ ride: Ride, expectedEnd: Timestamp?) {
    if !ride.state.isFinal { active.remove(ride.id, at: ride.requestedAt) }
    switch ride.state {
    case .requested: waiting.remove(ride.id, at: ride.requestedAt)
    case .offered: offered.remove(ride.id, at: ride.requestedAt)
    case .completed: unsettled.remove(ride.id, at: ride.requestedAt)
    case .cancelledByRider, .noShow: if let time = Self.calledOffAt(ride) { calledOff.remove(ride.id, at: time) }
    default: break
    }
    if let expectedEnd { underWay.remove(ride.id, at: expectedEnd) }
    if let time = ride.completedAt { completed.remove(ride.id, at: time) }
  }

  /// Notes what a ride waits for.
  /// - Parameters:
  ///   - ride: a ride as it is now.
  ///   - isNew: whether there was nothing of it before.
  ///   - expectedEnd: when the ride should end, if its rider is aboard and that is known.
  mutating func enter(_ ride: Ride, isNew: Bool, expectedEnd: Timestamp?) {
    if isNew { requested.insert(ride.id, at: ride.requestedAt, in: ride.pickupCell) }
    if !ride.state.isFinal { active.insert(ride.id, at: ride.requestedAt) }
    switch ride.state {
    case .requested: waiting.insert(ride.id, at: ride.requestedAt, in: ride.pickupCell)
    case .offered: offered.insert(ride.id, at: ride.requestedAt, in: ride.pickupCell)
    case .completed: unsettled.insert(ride.id, at: ride.requestedAt)
    case .cancelledByRider, .noShow: if let time = Self.calledOffAt(ride) { calledOff.insert(ride.id, at: time) }
    default: break
    }
    if let expectedEnd { underWay.insert(ride.id, at: expectedEnd) }
    if let time = ride.completedAt { completed.insert(ride.id, at: time, in: ride.pickupCell) }
  }

  private static func calledOffAt(_ ride: Ride) -> Timestamp? { ride.acceptedAt == nil ? nil : ride.endedAt }
}
