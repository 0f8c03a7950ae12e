import HexGrid

/// Measures how many positions one core turns into cells of resolution 8 each second.
@main
struct Main {
  static let count = 1_000_000
  static let rounds = 7
  static let resolution = 8

  static func main() {
    let json = CommandLine.arguments.contains("--json")
    var results: [(name: String, cellsPerSecond: Double)] = []
    for (name, points) in [("globe", globe()), ("city", city())] {
      results.append((name, bestRate(points)))
    }
    if json {
      let fields = results.map { "\"\($0.name)\":\(Int($0.cellsPerSecond))" }
      print("{\"library\":\"HexGrid\",\"resolution\":\(resolution),\(fields.joined(separator: ","))}")
    } else {
      for result in results {
        let thousands = Int(result.cellsPerSecond / 1000)
        print("HexGrid  \(result.name): \(thousands) thousand cells/s at resolution \(resolution)")
      }
    }
  }

  /// The fastest of a few rounds, since anything else on the machine only ever slows one down.
  static func bestRate(_ points: [GeoPoint]) -> Double {
    let clock = ContinuousClock()
    var best = Duration.seconds(1_000_000)
    var checksum: UInt64 = 0
    for _ in 0..<rounds {
      let elapsed = clock.measure {
        for point in points {
          if let cell = HexCell(point, resolution: resolution) { checksum ^= cell.rawValue }
        }
      }
      best = min(best, elapsed)
    }
    precondition(checksum != 1, "keeps the loop from being optimised away")
    let seconds = Double(best.components.seconds) + Double(best.components.attoseconds) * 1e-18
    return Double(points.count) / seconds
  }

  /// Positions all over the globe.
  static func globe() -> [GeoPoint] {
    var random = SplitMix(state: 1)
    return (0..<count).map { _ in
      GeoPoint(latitude: random.next(in: -90...90), longitude: random.next(in: -180...180))
    }
  }

  /// Positions in and around San Francisco.
  static func city() -> [GeoPoint] {
    var random = SplitMix(state: 2)
    return (0..<count).map { _ in
      GeoPoint(latitude: random.next(in: 37.6...37.9), longitude: random.next(in: -122.6 ... -122.2))
    }
  }
}

/// A small seeded generator, so that every run sees the same positions.
struct SplitMix {
  var state: UInt64

  mutating func next(in range: ClosedRange<Double>) -> Double {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    z ^= z >> 31
    return range.lowerBound + Double(z >> 11) * 0x1p-53 * (range.upperBound - range.lowerBound)
  }
}
