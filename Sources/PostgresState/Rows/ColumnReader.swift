internal import DispatchCore
internal import DispatchState
internal import HexGrid
internal import PostgresClient

/// Reads the columns of a row one after another into the domain's types.
///
/// The columns are read in the order of the statement, so each codec lists its columns once and reads them in that order.
struct ColumnReader {
  private let row: PostgresRow
  private var next: Int

  init(_ row: PostgresRow, from first: Int = 0) {
    self.row = row
    next = first
  }

  private mutating func column() -> PostgresColumn {
    defer { next += 1 }
    return PostgresColumn(next)
  }

  mutating func int64() throws -> Int64 { try row.int(column()) }

  mutating func int() throws -> Int { try row.int(column(), as: Int.self) }

  mutating func optionalInt() throws -> Int? { try row.optionalInt(column(), as: Int.self) }

  mutating func double() throws -> Double { try row.double(column()) }

  mutating func bool() throws -> Bool { try row.bool(column()) }

  mutating func text() throws -> String { try row.text(column()) }

  mutating func optionalText() throws -> String? { try row.optionalText(column()) }

  mutating func bytes() throws -> [UInt8] { try row.bytes(column()) }

  mutating func texts() throws -> [String] { try row.texts(column()).map { try Self.present($0) } }

  mutating func ints() throws -> [Int64] { try row.ints(column()).map { try Self.present($0) } }

  /// Ids were checked when they came in, and the columns hold nothing else.
  mutating func id<Kind>() throws -> EntityID<Kind> { EntityID(trusted: try text()) }

  mutating func optionalID<Kind>() throws -> EntityID<Kind>? { try optionalText().map { EntityID(trusted: $0) } }

  /// Ids joined by commas.
  mutating func ids<Kind>() throws -> [EntityID<Kind>] {
    try text().split(separator: ",").map { EntityID(trusted: String($0)) }
  }

  mutating func time() throws -> Timestamp { Timestamp(unixMilliseconds: try int64()) }

  mutating func optionalTime() throws -> Timestamp? {
    try row.optionalInt(column()).map { Timestamp(unixMilliseconds: $0) }
  }

  mutating func point() throws -> GeoPoint { GeoPoint(latitude: try double(), longitude: try double()) }

  mutating func cell() throws -> HexCell {
    try Self.known(HexCell(rawValue: UInt64(bitPattern: try int64())), "cell")
  }

  mutating func hash() throws -> UInt64 { UInt64(bitPattern: try int64()) }

  mutating func currency() throws -> Currency { try Self.known(Currency(try text()), "currency") }

  mutating func vehicleClass() throws -> VehicleClass {
    try Self.known(UInt8(exactly: try int64()).flatMap { VehicleClass(rawValue: $0) }, "vehicle class")
  }

  mutating func named<T: RawRepresentable>(_ type: T.Type) throws -> T where T.RawValue == String {
    try Self.known(T(rawValue: try text()), "\(T.self)")
  }

  mutating func breakdown() throws -> FareBreakdown {
    let currency = try currency()
    let names = try texts()
    let amounts = try ints()
    let details = try texts()
    return FareBreakdown(
      lines: zip(names, amounts).enumerated().map { index, line in
        FareBreakdown.Line(
          name: line.0, minorUnits: line.1, detail: index < details.count ? details[index] : nil)
      }, currency: currency)
  }

  static func known<T>(_ value: T?, _ what: String) throws -> T {
    guard let value else { throw StateError.corrupt("an unknown \(what)") }
    return value
  }

  private static func present<T>(_ value: T?) throws -> T { try known(value, "NULL in an array") }
}
