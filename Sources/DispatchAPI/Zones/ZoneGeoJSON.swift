package import DispatchCore
package import FunctionKit
package import HexGrid
import Synchronization

/// Zones as GeoJSON (RFC 7946).
package enum ZoneGeoJSON {
  /// The outlines of cells as they were written before: a cell never moves.
  private static let outlines = Mutex<[HexCell: [UInt8]]>([:])
  /// How many outlines are kept; beyond it all are forgotten, which costs writing them anew.
  private static let maximumOutlines = 20_000

  /// A FeatureCollection with a polygon per zone.
  /// - Parameters:
  ///   - loads: the zones.
  ///   - surgeTenths: their surge, where it is above 1.0.
  package static func bytes(_ loads: [ZoneLoad], surgeTenths: [HexCell: Int]) -> [UInt8] {
    let outlines = outlines(of: loads)
    return JSONWriter.bytes(capacity: 64 + loads.count * 450) { json in
      json.object { json in
        json.member("type", "FeatureCollection")
        json.key("features")
        json.array { json in
          for (load, outline) in zip(loads, outlines) { feature(load, surgeTenths[load.cell] ?? 10, outline, &json) }
        }
      }
    }
  }

  /// The members that count.
  package static func counts(_ load: ZoneLoad, _ json: inout JSONWriter) {
    json.member("demand", load.demand)
    json.member("supply", load.supply)
    json.member("idle", load.idle)
    json.member("openRequests", load.openRequests)
    json.member("completed", load.completed)
  }

  private static func feature(_ load: ZoneLoad, _ surgeTenths: Int, _ outline: [UInt8], _ json: inout JSONWriter) {
    let cell = load.cell.description
    json.object { json in
      json.member("type", "Feature")
      json.member("id", cell)
      json.key("properties")
      json.object { json in
        json.member("cell", cell)
        counts(load, &json)
        json.member("surge", Double(surgeTenths) / 10)
      }
      json.key("geometry")
      json.json(outline)
    }
  }

  private static func outlines(of loads: [ZoneLoad]) -> [[UInt8]] {
    var known = outlines.withLock { $0 }
    var isNew = false
    let answer = loads.map { load in
      if let outline = known[load.cell] { return outline }
      let outline = JSONWriter.bytes { $0.polygon(of: load.cell) }
      if known.count >= maximumOutlines { known.removeAll() }
      known[load.cell] = outline
      isNew = true
      return outline
    }
    if isNew {
      let learned = known
      outlines.withLock { $0 = learned }
    }
    return answer
  }
}
