import DispatchAPI
import DispatchCore
import FunctionKit
import HexGrid

/// Forecasts as JSON.
enum ForecastView {
  /// A GeoJSON FeatureCollection with a polygon per zone, and beside it the regions as wholes.
  static func collection(_ regions: [ForecastReader.RegionForecast], _ query: ForecastQuery) -> [UInt8] {
    let chosen = regions.compactMap { region in
      region.forecasts.first { $0.horizon == query.horizon }.map { (region, $0) }
    }
    return JSONWriter.bytes { json in
      json.object { json in
        json.member("type", "FeatureCollection")
        json.member("horizonSeconds", query.horizon.seconds)
        json.member("coverage", ForecastSpread.coverage)
        json.key("regions")
        json.array { json in
          for (region, forecast) in chosen {
            json.object { json in
              json.member("region", region.region.text)
              json.member("model", region.model)
              json.member("time", time: region.time)
              write(forecast.region, &json)
            }
          }
        }
        json.key("features")
        json.array { json in
          for (_, forecast) in chosen {
            for zone in forecast.zones { feature(zone, &json) }
          }
        }
      }
    }
  }

  /// A zone's forecasts for every horizon.
  static func zone(_ cell: HexCell, _ regions: [ForecastReader.RegionForecast]) -> [UInt8] {
    JSONWriter.bytes { json in
      json.object { json in
        json.member("cell", cell.description)
        json.member("region", regions.first?.region.text)
        json.member("model", regions.first?.model)
        json.member("time", time: regions.first?.time)
        json.member("coverage", ForecastSpread.coverage)
        json.key("horizons")
        json.array { json in
          for forecast in regions.first?.forecasts ?? [] {
            json.object { json in
              json.member("horizonSeconds", forecast.horizon.seconds)
              write(forecast.expectation(of: cell), &json)
            }
          }
        }
      }
    }
  }

  private static func feature(_ zone: DemandForecast.Zone, _ json: inout JSONWriter) {
    json.object { json in
      json.member("type", "Feature")
      json.member("id", zone.cell.description)
      json.key("properties")
      json.object { json in
        json.member("cell", zone.cell.description)
        write(zone.expectation, &json)
      }
      json.key("geometry")
      json.polygon(of: zone.cell)
    }
  }

  private static func write(_ expectation: DemandForecast.Expectation, _ json: inout JSONWriter) {
    json.member("expected", (expectation.requests * 1_000).rounded() / 1_000)
    json.member("low", expectation.interval.lowerBound)
    json.member("high", expectation.interval.upperBound)
  }
}
