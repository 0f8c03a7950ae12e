internal import DispatchCore
internal import PostgresClient

extension ModelVersion {
  /// The columns that `init(row:)` reads, in their order.
  static let columns =
    "region, number, origin, made_at, trained_from, trained_to, requests, checksum, text_bytes"

  init(row: PostgresRow) throws {
    var columns = ColumnReader(row)
    self.init(
      region: try columns.id(), number: try columns.int(), origin: try columns.named(Origin.self),
      madeAt: try columns.time(), trainedFrom: try columns.time(), trainedTo: try columns.time(),
      requests: try columns.int(), checksum: try columns.hash(), bytes: try columns.int())
  }
}

extension ModelUse {
  /// The columns that `init(row:)` reads, in their order.
  static let columns = "region, live, former, candidate, share_percent, revision"

  init(row: PostgresRow) throws {
    var columns = ColumnReader(row)
    let use = ModelUse(
      region: try columns.id(), live: try columns.optionalInt(), former: try columns.optionalInt(),
      candidate: try columns.optionalInt(), sharePercent: try columns.int(), revision: try columns.int())
    self = try ColumnReader.known(use, "use of models")
  }
}
