import DispatchState
import FunctionKit
import HexGrid

/// The language of a routing engine: what is asked for drives, and what an answer says. Pure; nothing is sent here.
protocol RoutingEngine: Sendable {
  /// How many origins one request may have.
  var mostOrigins: Int { get }

  /// What to ask for drives from some places to one.
  /// - Parameter query: at least one origin and no more than `mostOrigins`, all of them positions on earth.
  func request(for query: DriveQuery) -> EngineRequest

  /// What an answer says.
  /// - Returns: one estimate per origin; nil where the engine knows of no way, or only from a road that is too far away.
  /// - Throws: `RoutingError`, `refused` or `malformedAnswer`.
  func estimates(in reply: EngineReply, for query: DriveQuery) throws(RoutingError) -> [DriveEstimate?]
}

/// Rules that hold for the answers of every engine.
enum EngineAnswer {
  /// A position is moved to the nearest road no farther than this, in metres; what lies farther away is on no road of the engine's map.
  static let farthestRoadMeters = 1_000.0
  /// No drive takes longer, in seconds: a week.
  static let longestSeconds = 604_800.0
  /// No drive is longer, in metres: half around the earth.
  static let longestMeters = 20_100_000.0

  /// The object that an answer is.
  static func object(_ reply: EngineReply) throws(RoutingError) -> JSONValue {
    guard let value = try? JSONValue(parsing: reply.body), case .object = value else {
      throw RoutingError(
        reply.status == 200 ? .malformedAnswer : .refused, "status \(reply.status) without a JSON object")
    }
    return value
  }

  /// A time that may be: nil where the value is null.
  static func seconds(_ value: JSONValue?) throws(RoutingError) -> Double? {
    try number(value, upTo: longestSeconds, "a duration")
  }

  /// A distance that may be: nil where the value is null.
  static func meters(_ value: JSONValue?, scale: Double = 1) throws(RoutingError) -> Double? {
    try number(value, upTo: longestMeters / scale, "a distance").map { $0 * scale }
  }

  private static func number(_ value: JSONValue?, upTo limit: Double, _ what: String) throws(RoutingError) -> Double? {
    guard let value, value != .null else { return nil }
    guard let number = value.double, number.isFinite, number >= 0, number <= limit else {
      throw RoutingError(.malformedAnswer, "\(what) that cannot be")
    }
    return number
  }

  /// A row of a table with one column.
  static func column(_ value: JSONValue?, rows: Int, _ what: String) throws(RoutingError) -> [JSONValue] {
    guard let items = value?.elements, items.count == rows else {
      throw RoutingError(.malformedAnswer, "\(what) without \(rows) rows")
    }
    var column: [JSONValue] = []
    for item in items {
      guard let cells = item.elements, cells.count == 1 else {
        throw RoutingError(.malformedAnswer, "\(what) with a row that has not one column")
      }
      column.append(cells[0])
    }
    return column
  }
}
