import ArgumentParser
import FunctionKit
import Replay

/// Which local days of a file of trips are taken.
struct DayRange: ParsableArguments, Sendable {
  @Option(
    name: .customLong("from-day"),
    help: ArgumentHelp("Leave out trips before this local day. Default: the file's first.", valueName: "YYYY-MM-DD"))
  var first: String?
  @Option(
    name: .customLong("to-day"),
    help: ArgumentHelp("Leave out trips after this local day. Default: the file's last.", valueName: "YYYY-MM-DD"))
  var last: String?

  func validate() throws {
    let first = try Self.day(first, "from-day")
    let last = try Self.day(last, "to-day")
    if let first, let last, first > last { throw ValidationError("--from-day must not lie after --to-day.") }
  }

  /// The trips whose pickup lies in the range.
  /// - Throws: `ValidationError` where there is none.
  func trips(of file: TripFile) throws -> TripFile {
    let first = try Self.day(first, "from-day") ?? .min
    let last = try Self.day(last, "to-day") ?? .max
    var part = file
    part.trips = file.trips.filter { trip in
      let seconds = trip.pickupMilliseconds / 1_000
      let local = seconds + file.zone.offsetSeconds(at: seconds)
      return (first...last).contains(Int(local >= 0 ? local / 86_400 : (local - 86_399) / 86_400))
    }
    part.rows.taken = part.trips.count
    guard !part.trips.isEmpty else { throw ValidationError("No trip lies within the days asked for.") }
    return part
  }

  /// The number of a day from 1970-01-01.
  private static func day(_ text: String?, _ option: String) throws -> Int? {
    guard let text else { return nil }
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { part in part.allSatisfy(\.isNumber) ? Int(part) : nil }
    if parts.map(\.count) == [4, 2, 2], numbers.count == 3, (1...12).contains(numbers[1]), (1...31).contains(numbers[2])
    {
      let date = CivilDate(year: numbers[0], month: numbers[1], day: numbers[2])
      // The 31st of April becomes another day.
      if CivilDate(daysSinceEpoch: date.daysSinceEpoch) == date { return date.daysSinceEpoch }
    }
    throw ValidationError("--\(option) must be a day as YYYY-MM-DD, found \(text).")
  }
}
