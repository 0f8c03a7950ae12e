internal import DispatchCore
internal import PostgresClient

extension MatchRound {
  /// The columns that `init(row:)` reads, in their order.
  static let columns = """
    ride_id, time, outcome, driver_id, open_rides, age_seconds, age_bonus, considered, others
    """

  init(row: PostgresRow) throws {
    var columns = ColumnReader(row)
    self.init(
      ride: try columns.id(), time: try columns.time(), outcome: try columns.named(Outcome.self),
      driver: try columns.optionalID(), openRides: try columns.int(), ageSeconds: try columns.int(),
      ageBonusDeciseconds: try columns.int(), considered: [])
    considered = try ColumnReader.known(Self.considered(try columns.text()), "list of drivers")
    others = try ColumnReader.known(Self.others(try columns.text()), "count of drivers")
  }
}
