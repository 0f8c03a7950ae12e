import DispatchAPI
import DispatchCore
import FunctionKit
import HexGrid

/// The load of zones live: all zones first, then twice a second those that changed.
struct ZoneFeed: AsyncSequence, Sendable {
  typealias Element = ServerSentEvent
  typealias Failure = any Error

  let reader: ZoneLoadReader
  let query: ZoneQuery

  func makeAsyncIterator() -> Iterator {
    Iterator(reader: reader, query: query)
  }

  struct Iterator: AsyncIteratorProtocol {
    let reader: ZoneLoadReader
    let query: ZoneQuery
    private var known: [HexCell: ZoneLoad]?

    init(reader: ZoneLoadReader, query: ZoneQuery) {
      self.reader = reader
      self.query = query
    }

    mutating func next() async throws -> ServerSentEvent? {
      while true {
        if known != nil { try await Task.sleep(for: .milliseconds(500)) }
        let loads = try await reader.loads(query)
        let present = Dictionary(loads.map { ($0.cell, $0) }, uniquingKeysWith: { first, _ in first })
        var changed = loads.filter { known?[$0.cell] != $0 }
        // A zone that emptied is told once, as zeros.
        changed += (known ?? [:]).keys.filter { present[$0] == nil }.sorted().map { ZoneLoad(cell: $0) }
        let isFirst = known == nil
        known = present
        if changed.isEmpty, !isFirst { continue }
        return ServerSentEvent(event: "load", data: Self.data(changed, at: reader.now))
      }
    }

    private static func data(_ loads: [ZoneLoad], at time: Timestamp) -> [UInt8] {
      JSONWriter.bytes { json in
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
    }
  }
}
