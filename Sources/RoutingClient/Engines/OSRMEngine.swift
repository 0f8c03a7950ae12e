import DispatchState
import FunctionKit
import HexGrid

/// OSRM's HTTP interface, version 1: `/route/v1` for one drive, `/table/v1` for several.
///
/// OSRM knows no time of the day; its times are those of the map it was built from.
struct OSRMEngine: RoutingEngine {
  let prefix: String
  let profile: String

  /// `osrm-routed` takes tables of 100 places unless told otherwise; one of them is the destination.
  var mostOrigins: Int { 99 }

  func request(for query: DriveQuery) -> EngineRequest {
    let places = (query.origins + [query.destination]).map(Self.text).joined(separator: ";")
    guard query.origins.count > 1 else {
      return EngineRequest(path: "\(prefix)/route/v1/\(profile)/\(places)?overview=false", body: nil)
    }
    let sources = query.origins.indices.map(String.init).joined(separator: ";")
    return EngineRequest(
      path: "\(prefix)/table/v1/\(profile)/\(places)?sources=\(sources)&destinations=\(query.origins.count)"
        + "&annotations=duration,distance", body: nil)
  }

  func estimates(in reply: EngineReply, for query: DriveQuery) throws(RoutingError) -> [DriveEstimate?] {
    let answer = try EngineAnswer.object(reply)
    switch (reply.status, answer["code"]?.text) {
    case (200, "Ok"): break
    // There is no way, or no road near one of the places: that is an answer.
    case (_, "NoRoute"), (_, "NoTable"), (_, "NoSegment"): return query.origins.map { _ in nil }
    case (200, nil): throw RoutingError(.malformedAnswer, "no code")
    case (let status, let code): throw RoutingError(.refused, "status \(status), \(code?.prefix(40) ?? "no code")")
    }
    return query.origins.count > 1 ? try table(answer, for: query) : [try route(answer)]
  }

  private func table(_ answer: JSONValue, for query: DriveQuery) throws(RoutingError) -> [DriveEstimate?] {
    let count = query.origins.count
    let durations = try EngineAnswer.column(answer["durations"], rows: count, "durations")
    // Distances came with version 5.18; without them the times are still good.
    let distances = try answer["distances"].map { value throws(RoutingError) in
      try EngineAnswer.column(value, rows: count, "distances")
    }
    let reached = Self.isOnRoad(answer["destinations"]?.elements?.first)
    let sources = answer["sources"]?.elements
    var estimates: [DriveEstimate?] = []
    for row in 0..<count {
      let seconds = try EngineAnswer.seconds(durations[row])
      let meters = try EngineAnswer.meters(distances?[row])
      let left = sources.map { $0.indices.contains(row) && Self.isOnRoad($0[row]) } ?? true
      estimates.append(reached && left ? seconds.map { DriveEstimate(seconds: $0, meters: meters) } : nil)
    }
    return estimates
  }

  private func route(_ answer: JSONValue) throws(RoutingError) -> DriveEstimate? {
    guard let best = answer["routes"]?.elements?.first, let seconds = try EngineAnswer.seconds(best["duration"]) else {
      throw RoutingError(.malformedAnswer, "no route with a duration")
    }
    let meters = try EngineAnswer.meters(best["distance"])
    guard answer["waypoints"]?.elements?.allSatisfy(Self.isOnRoad) ?? true else { return nil }
    return DriveEstimate(seconds: seconds, meters: meters)
  }

  /// Whether a place was not moved too far to get onto a road.
  private static func isOnRoad(_ waypoint: JSONValue?) -> Bool {
    guard let distance = waypoint?["distance"]?.double else { return true }
    return distance <= EngineAnswer.farthestRoadMeters
  }

  /// Longitude and latitude as OSRM reads them, in millionths of a degree, without exponents.
  static func text(_ point: GeoPoint) -> String {
    "\(DegreeText.text(point.longitude)),\(DegreeText.text(point.latitude))"
  }
}
