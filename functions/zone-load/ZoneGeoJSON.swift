import DispatchAPI
import DispatchCore
import FunctionKit
import HexGrid

/// Zones as GeoJSON (RFC 7946).
enum ZoneGeoJSON {
  /// A FeatureCollection with a polygon per zone.
  /// - Parameters:
  ///   - loads: the zones.
  ///   - surgeTenths: their surge, where it is above 1.0.
  static func bytes(_ loads: [ZoneLoad], surgeTenths: [HexCell: Int]) -> [UInt8] {
    JSONWriter.bytes { json in
      json.object { json in
        json.member("type", "FeatureCollection")
        json.key("features")
        json.array { json in for load in loads { feature(load, surgeTenths[load.cell] ?? 10, &json) } }
      }
    }
  }

  /// The members that count.
  static func counts(_ load: ZoneLoad, _ json: inout JSONWriter) {
    json.member("demand", load.demand)
    json.member("supply", load.supply)
    json.member("idle", load.idle)
    json.member("openRequests", load.openRequests)
    json.member("completed", load.completed)
  }

  private static func feature(_ load: ZoneLoad, _ surgeTenths: Int, _ json: inout JSONWriter) {
    json.object { json in
      json.member("type", "Feature")
      json.member("id", load.cell.description)
      json.key("properties")
      json.object { json in
        json.member("cell", load.cell.description)
        counts(load, &json)
        json.member("surge", Double(surgeTenths) / 10)
      }
      json.key("geometry")
      json.polygon(of: load.cell)
    }
  }
}
