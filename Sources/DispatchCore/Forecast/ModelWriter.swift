import HexGrid

/// Writes the records of a model's text.
struct ModelWriter {
  private(set) var bytes: [UInt8] = []

  static func scaled(_ value: Double, by scale: Double) -> Int {
    Int(exactly: (value * scale).rounded()) ?? 0
  }

  /// A name and numbers; runs of noughts are counted.
  mutating func row(_ name: String, _ numbers: some Collection<Int>) {
    bytes.append(contentsOf: name.utf8)
    var noughts = 0
    for number in numbers {
      if number == 0 {
        noughts += 1
        continue
      }
      endRun(&noughts)
      field(String(number))
    }
    endRun(&noughts)
    bytes.append(UInt8(ascii: "\n"))
  }

  private mutating func endRun(_ noughts: inout Int) {
    if noughts == 1 { field("0") } else if noughts > 1 { field("*\(noughts)") }
    noughts = 0
  }

  private mutating func field(_ text: String) {
    bytes.append(UInt8(ascii: " "))
    bytes.append(contentsOf: text.utf8)
  }

  mutating func demand(_ name: String, _ model: DemandModel) {
    row(name, [model.zones.count, model.trainedOn])
    row("totals", model.totals.map { Self.scaled(Double($0), by: CityModel.totalScale) })
    let hours = LocalCalendar.hoursPerWeek
    for (index, zone) in model.zones.enumerated() {
      row(
        zone.description,
        model.shares[index * hours..<(index + 1) * hours].map { Self.scaled(Double($0), by: CityModel.shareScale) })
    }
  }

  mutating func week(_ week: WeekCounts, zones: Int) {
    let intervals = DemandModel.intervalsPerWeek
    for zone in 0..<zones {
      row("week", week.counts[zone * intervals..<(zone + 1) * intervals].map(Int.init))
    }
  }

  mutating func site(_ site: DemandSite) {
    row(
      site.cell.description,
      [
        Self.scaled(site.position.latitude, by: CityModel.degreeScale),
        Self.scaled(site.position.longitude, by: CityModel.degreeScale),
        Self.scaled(site.share, by: CityModel.shareScale),
      ])
  }

  mutating func travelTime(_ model: LearnedTravelTime) {
    row("travel", [model.byPlace.count, model.byPair.count, model.trainedOn])
    row("distance", model.byDistance.map(Int.init))
    row("hour", model.byHour.map(Int.init))
    for (key, value) in model.byPlace.sorted(by: { $0.key < $1.key }) {
      row(key.cell.description, [key.role, Int(value)])
    }
    for (key, value) in model.byPair.sorted(by: { $0.key < $1.key }) {
      row("\(key.from) \(key.to)", [Int(value)])
    }
  }
}
