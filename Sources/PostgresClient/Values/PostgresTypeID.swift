internal import CLibpq

/// The object ids of PostgreSQL's built-in types, from `pg_type.dat`; they never change.
enum PostgresTypeID {
  static let bool: Oid = 16
  static let bytea: Oid = 17
  static let char: Oid = 18
  static let name: Oid = 19
  static let int8: Oid = 20
  static let int2: Oid = 21
  static let int4: Oid = 23
  static let text: Oid = 25
  static let oid: Oid = 26
  static let json: Oid = 114
  static let float4: Oid = 700
  static let float8: Oid = 701
  static let unknown: Oid = 705
  static let bpchar: Oid = 1042
  static let varchar: Oid = 1043
  static let date: Oid = 1082
  static let timestamp: Oid = 1114
  static let timestamptz: Oid = 1184
  static let numeric: Oid = 1700
  static let uuid: Oid = 2950
  static let void: Oid = 2278
  static let jsonb: Oid = 3802

  /// Whether values of the type are read in binary form. A result with any other column comes as text.
  static func hasBinaryDecoder(_ type: Oid) -> Bool {
    switch type {
    case bool, bytea, name, int8, int2, int4, text, oid, json, float4, float8, bpchar, varchar, date, timestamp,
      timestamptz, uuid, jsonb, void:
      true
    default: false
    }
  }
}
