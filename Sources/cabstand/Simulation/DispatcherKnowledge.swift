import DispatchCore
import Replay

/// What the dispatcher of a simulated city knows before the day begins: only what the history file tells.
///
/// Whatever is trained from recorded trips before the start, such as a forecast of demand, is made from these.
struct DispatcherKnowledge: Sendable {
  /// The speeds that it counts on.
  var speeds = SpeedProfile.standard
  /// The trips of the days before, by pickup; empty without a history.
  var trips: [RecordedTrip] = []
  /// What was learned from them; nil without a history, or where it is of no use.
  var city: CityModel?
  /// The city's local time.
  var zone: CityTimeZone?

  /// Knows nothing.
  init() {}

  /// Learns from trips; reads a file, so it blocks.
  /// - Parameters:
  ///   - path: the history file.
  ///   - scenario: the day to come; nothing of its trips is looked at.
  init(history path: String, for scenario: Scenario) throws {
    let file = try TripFile.read(path: path)
    trips = file.trips
    zone = file.zone
    let learned = HourlySpeed(learnedFrom: file.trips, zone: file.zone)
    let offset = scenario.travelTime.zone.offsetSeconds(at: scenario.startMilliseconds / 1_000)
    speeds =
      SpeedProfile(metersPerSecondByHour: learned.metersPerSecond, utcOffsetSeconds: Int(offset)) ?? .standard
    city = CityModel.trained(
      on: file.trips.lazy.compactMap { CompletedTrip($0) }, calendar: LocalCalendar(utcOffsetSeconds: Int(offset)))
  }
}
