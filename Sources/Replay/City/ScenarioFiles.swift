import HexGrid

/// The files and choices out of which a recorded day becomes a scenario.
package struct ScenarioFiles: Sendable {
  /// The trips that become requests.
  package var trips: String
  /// Pings, or a list of taxis with positions, where the fleet starts; nil starts it at pickups of random trips.
  package var pings: String?
  /// Trips from which the speeds are learned; nil learns them from `trips`.
  package var history: String?
  /// How many of the cabs drive.
  package var fleet: FleetSize
  /// The local time of day at which to begin; nil is the first trip's.
  package var from: TimeOfDay?
  /// The local time of day after which nobody asks any more; nil is the last trip's.
  package var to: TimeOfDay?
  /// Chooses the cabs.
  package var seed: UInt64
  /// Driven distance over crow distance.
  package var detour: Double

  /// Creates the choice of a whole file.
  package init(
    trips: String, pings: String? = nil, history: String? = nil, fleet: FleetSize = .all, from: TimeOfDay? = nil,
    to: TimeOfDay? = nil, seed: UInt64 = 1, detour: Double = 1
  ) {
    self.trips = trips
    self.pings = pings
    self.history = history
    self.fleet = fleet
    self.from = from
    self.to = to
    self.seed = seed
    self.detour = detour
  }

  /// Reads the files; blocks, so call it off the cooperative pool.
  /// - Throws: `DatasetError`.
  package func load() throws(DatasetError) -> Scenario {
    let file = try TripFile.read(path: trips)
    var notes = [note(trips, file.rows, "trips")]
    let (start, end) = window(of: file)
    let chosen = file.trips.filter { $0.pickupMilliseconds >= start && $0.pickupMilliseconds < end }
    guard !chosen.isEmpty else {
      throw DatasetError(file: trips, reason: "has no trip between the times asked for")
    }
    var teachers = file.trips
    var zone = file.zone
    if let history {
      let past = try TripFile.read(path: history)
      notes.append(note(history, past.rows, "trips"))
      teachers = past.trips
      zone = past.zone
    }
    let speed = HourlySpeed(learnedFrom: teachers, zone: zone)
    if speed.trips.allSatisfy({ $0 == 0 }) {
      notes.append("no trip tells its duration: the city moves at \(HourlySpeed.fallbackMetersPerSecond) m/s")
    }
    return Scenario(
      requests: chosen.map {
        Scenario.Request(
          unixMilliseconds: $0.pickupMilliseconds, pickup: $0.pickup, dropoff: $0.dropoff,
          rideMilliseconds: $0.durationMilliseconds)
      },
      drivers: try drivers(trips: file.trips, requestsPerHour: hourly(chosen, start: start, end: end), notes: &notes),
      startMilliseconds: start,
      endMilliseconds: end,
      travelTime: TravelTime(speed: speed, detour: detour, zone: file.zone),
      notes: notes)
  }

  /// The moments asked for, on the local date of the first trip; an end before the start is on the day after.
  private func window(of file: TripFile) -> (start: Int64, end: Int64) {
    let first = file.trips[0].pickupMilliseconds
    let last = file.trips[file.trips.count - 1].pickupMilliseconds
    let seconds = first / 1_000
    let midnight = CivilTime.floorDivide(seconds + file.zone.offsetSeconds(at: seconds), 86_400) * 86_400
    var start = first - first % 60_000
    var end = last + 1
    if let from { start = file.zone.unixSeconds(fromLocal: midnight + from.seconds) * 1_000 }
    if let to {
      let nextDay = to.seconds <= from?.seconds ?? -1
      end = file.zone.unixSeconds(fromLocal: midnight + to.seconds + (nextDay ? 86_400 : 0)) * 1_000
    }
    return (start, end)
  }

  private func hourly(_ trips: [RecordedTrip], start: Int64, end: Int64) -> Double {
    Double(trips.count) / max(Double(end - start) / 3_600_000, 1)
  }

  private func drivers(trips recorded: [RecordedTrip], requestsPerHour: Double, notes: inout [String])
    throws(DatasetError) -> [Scenario.Driver]
  {
    var random = SplitMix64(seed: seed, stream: 0xF1EE7)
    guard let pings else {
      let count: Int
      switch fleet {
      case .count(let wanted): count = wanted
      case .all: count = max(10, Int(requestsPerHour / 2.5))
      case .share(let share): count = max(10, Int(requestsPerHour / 2.5 * share))
      }
      notes.append("no file tells where the fleet is: \(count) drivers start at pickups of random trips")
      return (0..<count).map { index in
        Scenario.Driver(name: "driver-\(index + 1)", start: recorded[random.below(recorded.count)].pickup)
      }
    }
    let bytes = try DatasetBytes.read(path: pings)
    let names: [String]
    let places: [GeoPoint]
    if FleetFile.recognises(header: try CSVTable(file: pings, bytes: bytes).header) {
      let file = try FleetFile.parse(file: pings, bytes: bytes)
      (names, places) = (file.names, file.places)
      notes.append(note(pings, file.rows, "taxis"))
    } else {
      let file = try PingFile.parse(file: pings, bytes: bytes)
      (names, places) = (file.cabs, file.firstPlaces())
      notes.append(note(pings, file.rows, "pings"))
    }
    let count = fleet.count(of: names.count)
    if case .count(let wanted) = fleet, wanted > names.count {
      notes.append("\(wanted) cabs were asked for, \(pings) has \(names.count)")
    }
    return random.sample(count, of: names.count).map { Scenario.Driver(name: names[$0], start: places[$0]) }
  }

  private func note(_ path: String, _ rows: DatasetRows, _ what: String) -> String {
    var text = "\(path): \(rows.taken) \(what) of \(rows.read) rows"
    if rows.unclean > 0 { text += ", \(rows.unclean) marked implausible" }
    if rows.bad > 0 { text += ", \(rows.bad) bad" }
    if let first = rows.firstBad { text += " (first: \(first))" }
    return text
  }
}
