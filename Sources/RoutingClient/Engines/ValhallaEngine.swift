import DispatchState
import FunctionKit
import HexGrid

/// Valhalla's HTTP interface: `/route` for one drive, `/sources_to_targets` for several.
///
/// It is asked without a time of departure, which matters only to tiles that carry predicted traffic.
struct ValhallaEngine: RoutingEngine {
  let prefix: String
  let costing: String

  /// Older versions take 50 places on each side.
  var mostOrigins: Int { 50 }

  /// What Valhalla says where it finds no road near a place, no connection between two, or none short enough.
  private static let unknownWays: Set<Int> = [154, 170, 171, 442]

  func request(for query: DriveQuery) -> EngineRequest {
    let isTable = query.origins.count > 1
    let body = JSONWriter.bytes { json in
      json.object { json in
        if isTable {
          json.key("sources")
          json.array { json in for origin in query.origins { Self.write(origin, into: &json) } }
          json.key("targets")
          json.array { json in Self.write(query.destination, into: &json) }
          json.member("verbose", true)
        } else {
          json.key("locations")
          json.array { json in
            // A table tells how far its places were moved; a route does not, so it is told how far it may move them.
            for place in query.origins + [query.destination] {
              Self.write(place, farthestRoadMeters: EngineAnswer.farthestRoadMeters, into: &json)
            }
          }
          json.member("directions_type", "none")
        }
        json.member("costing", costing)
        json.member("units", "kilometers")
      }
    }
    return EngineRequest(path: prefix + (isTable ? "/sources_to_targets" : "/route"), body: body)
  }

  private static func write(_ place: GeoPoint, farthestRoadMeters: Double? = nil, into json: inout JSONWriter) {
    json.object { json in
      json.member("lat", place.latitude)
      json.member("lon", place.longitude)
      if let farthestRoadMeters { json.member("search_cutoff", Int(farthestRoadMeters)) }
    }
  }

  func estimates(in reply: EngineReply, for query: DriveQuery) throws(RoutingError) -> [DriveEstimate?] {
    let answer = try EngineAnswer.object(reply)
    if reply.status != 200 {
      let code = answer["error_code"]?.integer
      if let code, Self.unknownWays.contains(code) { return query.origins.map { _ in nil } }
      throw RoutingError(.refused, "status \(reply.status), error \(code.map { String($0) } ?? "not told")")
    }
    return query.origins.count > 1 ? try table(answer, for: query) : [try route(answer)]
  }

  private func table(_ answer: JSONValue, for query: DriveQuery) throws(RoutingError) -> [DriveEstimate?] {
    let cells = try EngineAnswer.column(answer["sources_to_targets"], rows: query.origins.count, "a table")
    var estimates: [DriveEstimate?] = []
    for (cell, origin) in zip(cells, query.origins) {
      guard case .object = cell else { throw RoutingError(.malformedAnswer, "a table of something else than drives") }
      let seconds = try EngineAnswer.seconds(cell["time"])
      let meters = try EngineAnswer.meters(cell["distance"], scale: 1_000)
      let isOnRoad =
        Self.isNear(origin, cell["begin_lat"], cell["begin_lon"])
        && Self.isNear(query.destination, cell["end_lat"], cell["end_lon"])
      estimates.append(isOnRoad ? seconds.map { DriveEstimate(seconds: $0, meters: meters) } : nil)
    }
    return estimates
  }

  private func route(_ answer: JSONValue) throws(RoutingError) -> DriveEstimate? {
    let summary = answer["trip"]?["summary"]
    guard let seconds = try EngineAnswer.seconds(summary?["time"]) else {
      throw RoutingError(.malformedAnswer, "no trip with a time")
    }
    return DriveEstimate(seconds: seconds, meters: try EngineAnswer.meters(summary?["length"], scale: 1_000))
  }

  /// Whether a place was not moved too far to get onto a road; versions that do not tell are believed.
  private static func isNear(_ place: GeoPoint, _ latitude: JSONValue?, _ longitude: JSONValue?) -> Bool {
    guard let latitude = latitude?.double, let longitude = longitude?.double else { return true }
    let moved = GeoPoint(latitude: latitude, longitude: longitude)
    return moved.isValid && moved.distanceMeters(to: place) <= EngineAnswer.farthestRoadMeters
  }
}
