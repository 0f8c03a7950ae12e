import DispatchAPI
import DispatchCore
import DispatchState
package import FunctionKit
import HexGrid

/// What operators watch: demand and supply by zone, now, over time, and live; and the cron tick that keeps the history.
package struct ZoneLoadFunction: Function {
  /// The text of its function.yaml.
  package static var specification: [UInt8] { PackageResources.function_yaml }

  private let reader: ZoneLoadReader
  private let surge: any SurgeStore
  private let history: any ZoneHistory
  private let configuration: DispatchConfiguration

  package init(_ setup: FunctionSetup) throws {
    reader = ZoneLoadReader(fleet: try setup.binding("fleet"), rides: try setup.binding("rides"), clock: setup.clock)
    surge = try setup.binding("surge")
    history = try setup.binding("history")
    configuration = try setup.binding("configuration")
  }

  package func handle(_ event: Event, _ context: Context) async throws -> Response {
    try await ErrorMapping.store {
      if event.trigger.kind == "cron" { return try await keep(context) }
      if event.request?.parameters["cell"] != nil { return try await series(event, context) }
      let query = try ZoneQuery(event, configuration.regions)
      if event.request?.path.hasSuffix("/feed") == true {
        return Response(
          contentType: "text/event-stream", body: .events(ZoneFeed(reader: reader, query: query)))
      }
      let surge = try await surgeTenths(query, context)
      var response = Response.json(ZoneGeoJSON.bytes(try await reader.loads(query), surgeTenths: surge))
      response.contentType = "application/geo+json"
      return response
    }
  }

  /// Keeps what is counted now, on the full minute, so that two instances keep the same.
  private func keep(_ context: Context) async throws -> Response {
    let minute = context.now.unixMilliseconds / 60_000 * 60_000
    for region in configuration.regions.regions {
      let loads = try await reader.loads(ZoneQuery(regions: [region.id]))
      if !loads.isEmpty {
        try await history.append(loads, in: region.id, at: Timestamp(unixMilliseconds: minute))
      }
    }
    return .noContent
  }

  /// The surge in force, in tenths: of a coarser cell, the highest of its zones. What is not there is 1.0.
  private func surgeTenths(_ query: ZoneQuery, _ context: Context) async throws -> [HexCell: Int] {
    let now = Timestamp(unixMilliseconds: context.now.unixMilliseconds)
    var tenths: [HexCell: Int] = [:]
    for region in query.regions {
      guard let surface = try await surge.surge(in: region), surface.tick.isFresh(at: now) else { continue }
      for zone in surface.zones where zone.tenths > 10 {
        guard let cell = zone.cell.parent(at: query.resolution) else { continue }
        tenths[cell] = max(tenths[cell] ?? 10, zone.tenths)
      }
    }
    return tenths
  }

  private func series(_ event: Event, _ context: Context) async throws -> Response {
    let now = Timestamp(unixMilliseconds: context.now.unixMilliseconds)
    let query = try SeriesQuery(event, now: now)
    let loads = try await history.loads(of: query.cell, from: query.from, to: query.to)
    return .json(query.answer(loads))
  }
}
