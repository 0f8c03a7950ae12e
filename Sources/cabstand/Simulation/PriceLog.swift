import DispatchCore
import DispatchState
import HexGrid

/// Prices on their way into their store, with every zone of every tick written down as CSV.
struct PriceLog: SurgeStore {
  /// The names of the columns.
  static let header = "time,region,cell,requests,supply,own,ring,city,surge,neighborDifference\n"

  let store: any SurgeStore
  /// Takes the lines.
  let write: @Sendable ([UInt8]) -> Void

  func surge(in region: RegionID) async throws -> SurgeSurface? { try await store.surge(in: region) }

  func price(of cell: HexCell, in region: RegionID) async throws -> SurgePrice? {
    try await store.price(of: cell, in: region)
  }

  func publish(_ surface: SurgeSurface, replacing version: Int64?) async throws -> Bool {
    let isPublished = try await store.publish(surface, replacing: version)
    if isPublished { write(Array(Self.lines(surface).utf8)) }
    return isPublished
  }

  /// A line per zone: times in seconds since 1970, what it and its ring and the city would pay, what it pays, and how far the
  /// neighbour that differs most lies away.
  static func lines(_ surface: SurgeSurface) -> String {
    var text = ""
    for zone in surface.zones {
      let difference = zone.cell.neighbors.map { abs(surface.price(of: $0).zone.tenths - zone.tenths) }.max() ?? 0
      text += "\(surface.tick.countedAt.unixMilliseconds / 1_000),\(surface.region),\(zone.cell),"
      text += "\(zone.requests),\(zone.supply),\(multiplier(zone.own)),\(multiplier(zone.ring)),"
      text += "\(multiplier(surface.tick.city)),\(tenths(zone.tenths)),\(tenths(difference))\n"
    }
    return text
  }

  private static func tenths(_ tenths: Int) -> String { "\(tenths / 10).\(tenths % 10)" }

  private static func multiplier(_ millionths: Int) -> String { "\(Double(millionths) / 1_000_000)" }
}
