import DispatchAPI
import DispatchCore
import DispatchState
package import FunctionKit
import HexGrid

/// What operators watch: demand and supply by zone, now, over time, and live; and the cron tick that keeps the history.
package struct ZoneLoadFunction: Function {
  /// The text of its function.yaml.
  package static var specification: [UInt8] { PackageResources.function_yaml }

  private let board: ZoneBoard
  private let clock: any WallClock
  private let history: any ZoneHistory
  private let configuration: DispatchConfiguration

  package init(_ setup: FunctionSetup) throws {
    board = try setup.binding("board")
    clock = setup.clock
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
          contentType: "text/event-stream", body: .events(ZoneFeed(board: board, query: query, clock: clock)))
      }
      let page = try await board.view(query, now: Timestamp(unixMilliseconds: context.now.unixMilliseconds)).page()
      // Whoever has it already gets only that news.
      let headers = [(name: "etag", value: page.tag), (name: "cache-control", value: "no-cache")]
      if Self.names(event.request?.header("if-none-match"), page.tag) {
        return Response(status: 304, headers: headers)
      }
      return Response(contentType: "application/geo+json", headers: headers, body: .bytes(page.bytes))
    }
  }

  /// Whether a list of entity tags, or `*`, names one (RFC 9110, 13.1.2); weak ones count as well.
  private static func names(_ list: String?, _ tag: String) -> Bool {
    guard let list else { return false }
    return list.split(separator: ",").contains { item in
      let item = item.drop { $0 == " " || $0 == "\t" }
      let name = (item.hasPrefix("W/") ? item.dropFirst(2) : item).prefix { $0 != " " && $0 != "\t" }
      return name == "*" || name == tag
    }
  }

  /// Keeps what is counted now, on the full minute, so that two instances keep the same.
  private func keep(_ context: Context) async throws -> Response {
    let minute = context.now.unixMilliseconds / 60_000 * 60_000
    for region in configuration.regions.regions {
      let loads = try await board.loads(
        in: region.id, now: Timestamp(unixMilliseconds: context.now.unixMilliseconds))
      if !loads.isEmpty {
        try await history.append(loads, in: region.id, at: Timestamp(unixMilliseconds: minute))
      }
    }
    return .noContent
  }

  private func series(_ event: Event, _ context: Context) async throws -> Response {
    let now = Timestamp(unixMilliseconds: context.now.unixMilliseconds)
    let query = try SeriesQuery(event, now: now)
    let loads = try await history.loads(of: query.cell, from: query.from, to: query.to)
    return .json(query.answer(loads))
  }
}
