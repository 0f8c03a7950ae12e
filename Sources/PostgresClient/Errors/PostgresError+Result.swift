internal import CLibpq

extension PostgresError {
  /// The error in a failed result.
  init(result: OpaquePointer, sql: String?) {
    func field(_ code: Int32) -> String? { PQresultErrorField(result, code).map { String(cString: $0) } }
    func letter(_ scalar: Unicode.Scalar) -> Int32 { Int32(scalar.value) }
    let state = field(letter("C")).map { PostgresSQLState($0) }
    let primary = field(letter("M")) ?? PQresultErrorMessage(result).map { String(cString: $0) } ?? "unknown error"
    var detail = primary
    if let text = field(letter("D")) { detail += "\nDETAIL: \(text)" }
    if let text = field(letter("H")) { detail += "\nHINT: \(text)" }
    if let text = field(letter("W")) { detail += "\nCONTEXT: \(text)" }
    self.init(
      state == nil ? .connectionLost : .server, state == nil ? "the connection broke" : Self.summary(of: state),
      sqlState: state, detail: detail, sql: sql)
    constraintName = field(letter("n"))
    tableName = field(letter("t"))
    columnName = field(letter("c"))
  }

  /// Whether the failed result says that a prepared statement no longer fits the tables. The message is translated, so
  /// the name of the server's function is compared.
  static func isStalePlan(_ result: OpaquePointer) -> Bool {
    PQresultErrorField(result, Int32(UnicodeScalar("R").value)).map { String(cString: $0) } == "RevalidateCachedQuery"
  }

  /// The server's own words may hold data ("invalid input syntax for type integer: …"), so the message names the class.
  private static func summary(of state: PostgresSQLState?) -> String {
    switch state?.description.prefix(2) {
    case "08": "connection exception"
    case "0A": "feature not supported"
    case "21": "cardinality violation"
    case "22": "data exception"
    case "23": "integrity constraint violation"
    case "25": "invalid transaction state"
    case "26": "invalid statement name"
    case "28": "invalid authorization"
    case "3D": "no such database"
    case "40": "transaction rolled back"
    case "42": "syntax error or access rule violation"
    case "53": "insufficient resources"
    case "54": "program limit exceeded"
    case "55": "object not in prerequisite state"
    case "57": "operator intervention"
    case "58": "system error"
    case "P0": "raised by a function"
    default: "the server refused"
    }
  }
}
