internal import DispatchCore
internal import HexGrid
internal import PostgresClient

extension PostgresValue {
  static func id<Kind>(_ id: EntityID<Kind>) -> PostgresValue { .text(id.text) }

  static func id<Kind>(_ id: EntityID<Kind>?) -> PostgresValue { .text(id?.text) }

  static func time(_ time: Timestamp) -> PostgresValue { .int(time.unixMilliseconds) }

  static func time(_ time: Timestamp?) -> PostgresValue { .int(time?.unixMilliseconds) }

  static func cell(_ cell: HexCell) -> PostgresValue { .int(Int64(bitPattern: cell.rawValue)) }

  /// 64 bits of a hash; PostgreSQL has no unsigned numbers.
  static func hash(_ hash: UInt64) -> PostgresValue { .int(Int64(bitPattern: hash)) }

  static func vehicleClass(_ value: VehicleClass) -> PostgresValue { .int(Int64(value.rawValue)) }

  /// As many rows as a caller asked for.
  static func limit(_ limit: Int) -> PostgresValue { .int(Int64(max(0, limit))) }
}

extension ColumnArrays.Element {
  static func id<Kind>(_ id: EntityID<Kind>) -> Self { .text(id.text) }

  static func id<Kind>(_ id: EntityID<Kind>?) -> Self { .text(id?.text) }

  static func time(_ time: Timestamp) -> Self { .int(time.unixMilliseconds) }

  static func time(_ time: Timestamp?) -> Self { .int(time?.unixMilliseconds) }

  static func cell(_ cell: HexCell) -> Self { .int(Int64(bitPattern: cell.rawValue)) }

  /// 64 bits of a hash; PostgreSQL has no unsigned numbers.
  static func hash(_ hash: UInt64) -> Self { .int(Int64(bitPattern: hash)) }

  static func vehicleClass(_ value: VehicleClass) -> Self { .int(Int64(value.rawValue)) }
}
