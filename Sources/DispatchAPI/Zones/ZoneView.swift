package import DispatchCore
package import FunctionKit
import HexGrid
import Synchronization

/// What a query shows of one count: its zones, and what was written of them once for everybody.
package final class ZoneView: Sendable {
  /// The zones as GeoJSON.
  package struct Page: Sendable {
    package var bytes: [UInt8]
    /// A strong entity tag (RFC 9110, 8.8.3), with its quotes: equal where the bytes are.
    package var tag: String
  }

  private struct Written {
    var page: Task<Page, Never>?
    /// The changes since former views, by those views' numbers; nearly always one.
    var changes: [[UInt64]: Task<ServerSentEvent?, Never>] = [:]
  }

  /// How many former views have their changes kept: those who are further behind than everybody else get theirs made for them.
  private static let maximumChanges = 4

  /// The numbers of the counts that it was made of.
  let counts: [UInt64]
  /// When it was counted, in city time.
  package let time: Timestamp
  /// The zones that have anything to tell, ordered by cell.
  package let loads: [ZoneLoad]
  private let surgeTenths: [HexCell: Int]
  private let written = Mutex(Written())

  init(_ query: ZoneQuery, _ counts: [ZoneCount], numbers: [UInt64], time: Timestamp) {
    self.counts = numbers
    self.time = time
    var loads = ZoneLoad.join(
      supply: counts.flatMap(\.supply), demand: counts.flatMap(\.demand), resolution: query.resolution)
    if let bounds = query.bounds { loads.removeAll { !bounds.contains($0.cell.center) } }
    self.loads = loads
    // Of a coarser cell, the highest of its zones.
    var tenths: [HexCell: Int] = [:]
    for count in counts {
      for (cell, value) in count.surgeTenths {
        guard let cell = cell.parent(at: query.resolution) else { continue }
        tenths[cell] = max(tenths[cell] ?? 10, value)
      }
    }
    surgeTenths = tenths
  }

  /// The zones as GeoJSON, written once.
  package func page() async -> Page {
    await written.withLock { written in
      if let page = written.page { return page }
      let task = Task { [loads, surgeTenths] in
        let bytes = ZoneGeoJSON.bytes(loads, surgeTenths: surgeTenths)
        var hash = FNV1a()
        hash.combine(bytes)
        return Page(bytes: bytes, tag: "\"\(String(hash.value, radix: 36))-\(bytes.count)\"")
      }
      written.page = task
      return task
    }.value
  }

  /// The event that tells of the zones that changed since a former view, written once for all who saw that one last; all zones where there is
  /// none.
  /// - Returns: nil where nothing did.
  package func changes(since former: ZoneView?) async -> ServerSentEvent? {
    let key = former?.counts ?? []
    let task: Task<ServerSentEvent?, Never> = written.withLock { written in
      if let task = written.changes[key] { return task }
      let task = Task { Self.event(self.changed(since: former), isFirst: former == nil, at: time) }
      if written.changes.count < Self.maximumChanges { written.changes[key] = task }
      return task
    }
    return await task.value
  }

  private func changed(since former: ZoneView?) -> [ZoneLoad] {
    guard let former else { return loads }
    let known = Dictionary(former.loads.map { ($0.cell, $0) }, uniquingKeysWith: { first, _ in first })
    let present = Set(loads.map(\.cell))
    // A zone that emptied is told once, as zeros.
    return loads.filter { known[$0.cell] != $0 }
      + former.loads.filter { !present.contains($0.cell) }.map { ZoneLoad(cell: $0.cell) }
  }

  private static func event(_ loads: [ZoneLoad], isFirst: Bool, at time: Timestamp) -> ServerSentEvent? {
    if loads.isEmpty, !isFirst { return nil }
    let data = JSONWriter.bytes(capacity: 64 + loads.count * 110) { json in
      json.object { json in
        json.member("time", time: time)
        json.key("cells")
        json.array { json in
          for load in loads {
            json.object { json in
              json.member("cell", load.cell.description)
              ZoneGeoJSON.counts(load, &json)
            }
          }
        }
      }
    }
    return ServerSentEvent(event: "load", data: data)
  }
}
