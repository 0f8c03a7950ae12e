internal import DispatchCore
internal import DispatchState
internal import PostgresClient

extension SequencedMessage {
  /// The columns that `init(row:)` reads, in their order.
  static let columns = "sequence, type, feed_event, region, ride_id, driver_id, is_for_ride, time, body, trace"

  init(row: PostgresRow) throws { try self.init(row: row, from: 0) }

  init(row: PostgresRow, from first: Int) throws {
    var columns = ColumnReader(row, from: first)
    self.init(
      sequence: try columns.int64(),
      message: OutboxMessage(
        type: try columns.text(), feedEvent: try columns.text(), region: try columns.id(), ride: try columns.id(),
        driver: try columns.optionalID(), isForRide: try columns.bool(), time: try columns.time(),
        body: try columns.bytes(), trace: try columns.optionalText()))
  }
}
