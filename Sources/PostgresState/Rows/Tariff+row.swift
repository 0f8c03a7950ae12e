internal import DispatchCore
internal import DispatchState
internal import PostgresClient

extension Tariff {
  /// The columns that `parameters` fills, in their order; the document has them all in it.
  static let columns = "tariff_id, region, vehicle_class, currency, valid_from, valid_until, document"

  /// Reads a document.
  init(row: PostgresRow) throws {
    var columns = ColumnReader(row)
    guard let document = TariffDocument(text: try columns.text()) else {
      throw StateError.corrupt("a tariff's document")
    }
    do throws(TariffError) {
      try self.init(document)
    } catch {
      throw StateError.corrupt("a tariff: \(error)")
    }
  }

  var parameters: [PostgresValue] {
    [
      .id(id), .id(region), .vehicleClass(vehicleClass), .text(currency.code), .time(validFrom), .time(validUntil),
      .text(document.text),
    ]
  }
}
