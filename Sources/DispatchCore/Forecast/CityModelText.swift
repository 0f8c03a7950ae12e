import HexGrid

/// A city model as text: one record per line, numbers as whole ones, so that equal models are equal bytes on any machine.
///
/// The first line is `cabstand-model 1`. Then come, in this order, `calendar`, `trained` (the first and the last request, in milliseconds since
/// 1970), `speeds`, a demand model (`requests`), a `week` of
/// counts for each of its zones, the `spread` of forecasts (zones and city, by horizon), another model (`dropoffs`), `sites` and `travel`, each with the number of its rows, and `end`. A run
/// of n noughts is written as `*n`.
extension CityModel {
  /// The version of the format that is written and read.
  package static let formatVersion = 1
  /// The longest text that is read, in bytes.
  package static let largestText = 64 << 20

  static let speedScale = 1_000.0
  static let degreeScale = 100_000.0
  static let shareScale = 1_000_000.0
  static let totalScale = 1_000.0
  static let spreadScale = 100_000.0

  /// The text.
  package var text: [UInt8] {
    var writer = ModelWriter()
    writer.row("cabstand-model", [Self.formatVersion])
    writer.row("calendar", [requests.calendar.utcOffsetSeconds])
    writer.row("trained", [trainedFrom, trainedTo].map { Int($0.unixMilliseconds) })
    writer.row("speeds", speeds.metersPerSecondByHour.map { ModelWriter.scaled($0, by: Self.speedScale) })
    writer.demand("requests", requests)
    writer.week(lastWeek, zones: requests.zones.count)
    writer.row("spread", (spread.zone + spread.city).map { ModelWriter.scaled($0, by: Self.spreadScale) })
    writer.demand("dropoffs", dropoffs)
    writer.row("sites", [sites.count])
    for site in sites { writer.site(site) }
    writer.travelTime(travelTime)
    writer.row("end", [0])
    return writer.bytes
  }

  /// Reads a text.
  /// - Throws: `ModelTextError` with the line that is wrong.
  package init(text: [UInt8]) throws(ModelTextError) {
    guard text.count <= Self.largestText else { throw ModelTextError(line: 0, reason: "the text is too long") }
    var reader = ModelReader(text)
    let version = try reader.number("cabstand-model")
    guard version == Self.formatVersion else {
      throw reader.error("expected version \(Self.formatVersion) of the format, found \(version)")
    }
    let calendar = LocalCalendar(utcOffsetSeconds: try reader.number("calendar", in: -86_400...86_400))
    let trained = try reader.row("trained", count: 2).map { Timestamp(unixMilliseconds: Int64($0)) }
    guard trained[0] <= trained[1] else { throw reader.error("expected a first and a last request") }
    let byHour = try reader.row("speeds", count: 24).map { Double($0) / Self.speedScale }
    guard let speeds = SpeedProfile(metersPerSecondByHour: byHour, utcOffsetSeconds: calendar.utcOffsetSeconds)
    else { throw reader.error("expected 24 speeds above nought") }
    let requests = try reader.demand("requests", calendar: calendar, resolution: Zone.resolution)
    let lastWeek = try reader.week(zones: requests.zones.count)
    let horizons = ForecastHorizon.allCases.count
    let spreads = try reader.row("spread", count: 2 * horizons).map { Double($0) / Self.spreadScale }
    guard let spread = ForecastSpread(zone: Array(spreads[..<horizons]), city: Array(spreads[horizons...])) else {
      throw reader.error("spread: expected numbers from 0 to \(Int(10 * Self.spreadScale))")
    }
    let dropoffs = try reader.demand("dropoffs", calendar: calendar, resolution: Self.areaResolution)
    var sites: [DemandSite] = []
    for _ in 0..<(try reader.number("sites", in: 0...ModelReader.mostRows)) { sites.append(try reader.site()) }
    let travelTime = try reader.travelTime(calendar: calendar)
    _ = try reader.number("end")
    guard
      let model = CityModel(
        trainedFrom: trained[0], trainedTo: trained[1], requests: requests, lastWeek: lastWeek, spread: spread,
        dropoffs: dropoffs, sites: sites,
        travelTime: travelTime, speeds: speeds)
    else { throw reader.error("the parts do not fit together") }
    self = model
  }

  /// The model as its text tells it: what training answers, so that a model and its file plan alike.
  func rounded() -> CityModel? {
    try? CityModel(text: text)
  }
}

/// What is wrong with the text of a model.
package struct ModelTextError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The line, from 1; 0 for the whole.
  package var line: Int
  /// What was expected.
  package var reason: String

  package var description: String { line > 0 ? "line \(line): \(reason)" : reason }
}
