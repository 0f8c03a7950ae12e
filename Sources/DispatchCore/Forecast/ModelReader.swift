import HexGrid

/// Reads the records of a model's text; nothing in it is trusted.
struct ModelReader {
  /// No model has more rows of one kind.
  static let mostRows = 10_000_000

  private let text: [UInt8]
  private var position = 0
  private var line = 0

  init(_ text: [UInt8]) {
    self.text = text
  }

  func error(_ reason: String) -> ModelTextError { ModelTextError(line: line, reason: reason) }

  /// The fields of the next line.
  private mutating func fields() throws(ModelTextError) -> [Substring] {
    line += 1
    guard position < text.count else { throw error("the text ends early") }
    let end = text[position...].firstIndex(of: UInt8(ascii: "\n")) ?? text.count
    guard let content = String(validating: text[position..<end], as: UTF8.self) else {
      throw error("expected plain text")
    }
    position = end + 1
    return content.split(separator: " ")
  }

  private func numbers(_ fields: some Sequence<Substring>, count: Int) throws(ModelTextError) -> [Int] {
    var numbers: [Int] = []
    for field in fields {
      if field.first == "*" {
        guard let run = Int(field.dropFirst()), run > 0, run <= count - numbers.count else {
          throw error("expected \(count) numbers")
        }
        numbers.append(contentsOf: repeatElement(0, count: run))
      } else {
        guard let number = Int(field), numbers.count < count else {
          throw error("expected \(count) whole numbers, found \(field)")
        }
        numbers.append(number)
      }
    }
    guard numbers.count == count else { throw error("expected \(count) numbers, found \(numbers.count)") }
    return numbers
  }

  /// The numbers of a line that begins with a name.
  mutating func row(_ name: String, count: Int) throws(ModelTextError) -> [Int] {
    let fields = try fields()
    guard fields.first.map(String.init) == name else { throw error("expected \(name)") }
    return try numbers(fields.dropFirst(), count: count)
  }

  /// The number of a line that begins with a name.
  mutating func number(_ name: String, in range: ClosedRange<Int> = Int.min...Int.max) throws(ModelTextError) -> Int {
    let number = try row(name, count: 1)[0]
    guard range.contains(number) else { throw error("\(name) is out of range") }
    return number
  }

  /// A line that begins with a cell.
  private mutating func cellRow(count: Int) throws(ModelTextError) -> (cell: HexCell, numbers: [Int]) {
    let fields = try fields()
    guard let cell = fields.first.flatMap({ HexCell(String($0)) }) else { throw error("expected a cell") }
    return (cell, try numbers(fields.dropFirst(), count: count))
  }

  mutating func demand(
    _ name: String, calendar: LocalCalendar, resolution: Int
  ) throws(ModelTextError) -> DemandModel {
    let counts = try row(name, count: 2)
    guard (0...Self.mostRows).contains(counts[0]) else { throw error("expected a number of zones") }
    let totals = try row("totals", count: DemandModel.intervalsPerWeek)
    var zones: [HexCell] = []
    var shares: [Float] = []
    for _ in 0..<counts[0] {
      let (cell, numbers) = try cellRow(count: LocalCalendar.hoursPerWeek)
      zones.append(cell)
      shares.append(contentsOf: numbers.map { Float(Double($0) / CityModel.shareScale) })
    }
    guard
      let model = DemandModel(
        calendar: calendar, resolution: resolution, trainedOn: counts[1],
        totals: totals.map { Float(Double($0) / CityModel.totalScale) }, zones: zones, shares: shares)
    else { throw error("\(name): expected zones in order and shares from 0 to 1") }
    return model
  }

  mutating func week(zones: Int) throws(ModelTextError) -> WeekCounts {
    var counts: [UInt16] = []
    for _ in 0..<zones {
      for number in try row("week", count: DemandModel.intervalsPerWeek) {
        guard let count = UInt16(exactly: number) else { throw error("a count is out of range") }
        counts.append(count)
      }
    }
    guard let week = WeekCounts(counts: counts, zones: zones) else { throw error("expected a week for each zone") }
    return week
  }

  mutating func site() throws(ModelTextError) -> DemandSite {
    let (cell, numbers) = try cellRow(count: 3)
    return DemandSite(
      cell: cell,
      position: GeoPoint(
        latitude: Double(numbers[0]) / CityModel.degreeScale, longitude: Double(numbers[1]) / CityModel.degreeScale),
      share: Double(numbers[2]) / CityModel.shareScale)
  }

  mutating func travelTime(calendar: LocalCalendar) throws(ModelTextError) -> LearnedTravelTime {
    let counts = try row("travel", count: 3)
    guard (0...Self.mostRows).contains(counts[0]), (0...Self.mostRows).contains(counts[1]) else {
      throw error("expected numbers of rows")
    }
    let bins = LearnedTravelTime.distances.count
    let byDistance = try corrections(try row("distance", count: bins))
    let byHour = try corrections(try row("hour", count: bins * LearnedTravelTime.hours))
    var places: [LearnedTravelTime.PlaceKey: Int32] = [:]
    for _ in 0..<counts[0] {
      let (cell, numbers) = try cellRow(count: 2)
      guard (0..<LearnedTravelTime.roles).contains(numbers[0]) else { throw error("expected a role of a cell") }
      places[LearnedTravelTime.PlaceKey(cell: cell, role: numbers[0])] = try corrections([numbers[1]])[0]
    }
    var pairs: [LearnedTravelTime.CellPair: Int32] = [:]
    for _ in 0..<counts[1] {
      let fields = try fields()
      guard fields.count == 3, let from = HexCell(String(fields[0])), let to = HexCell(String(fields[1])) else {
        throw error("expected two cells and a number")
      }
      pairs[LearnedTravelTime.CellPair(from: from, to: to)] = try corrections(try numbers(fields[2...], count: 1))[0]
    }
    guard
      let model = LearnedTravelTime(
        calendar: calendar, trainedOn: counts[2], byDistance: byDistance, byHour: byHour, byPlace: places,
        byPair: pairs)
    else { throw error("travel: a correction is out of range") }
    return model
  }

  private func corrections(_ numbers: [Int]) throws(ModelTextError) -> [Int32] {
    var result: [Int32] = []
    for number in numbers {
      guard let value = Int32(exactly: number) else { throw error("a number is out of range") }
      result.append(value)
    }
    return result
  }
}
