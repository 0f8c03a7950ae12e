import HexGrid

/// Finds the node nearest to a place, by a grid of small squares.
struct NearestNode: Sendable {
  private struct Square: Hashable {
    var row: Int
    var column: Int
  }

  /// The side of a square, in degrees of latitude: some 220 m.
  private static let side = 0.002
  /// The least that a square measures across, in metres, up to 70 degrees of latitude.
  private static let sideMeters = 190.0
  /// No node is looked for farther away than so many squares, some 11 km.
  private static let farthest = 50

  private let nodes: [GeoPoint]
  private var squares: [Square: [Int32]] = [:]
  /// Degrees of longitude are shorter than those of latitude.
  private let narrowing: Double

  /// - Parameter nodes: valid positions, of one part of the world.
  init(_ nodes: [GeoPoint]) {
    self.nodes = nodes
    let latitude = nodes.map(\.latitude).reduce(0, +) / Double(max(nodes.count, 1))
    // At 60 degrees a degree is half as wide; nearer to the poles no city lies.
    narrowing = max(1 - (latitude / 90) * (latitude / 90), 0.3)
    for (index, node) in nodes.enumerated() { squares[square(of: node), default: []].append(Int32(index)) }
  }

  private func square(of place: GeoPoint) -> Square {
    Square(
      row: Int((place.latitude / Self.side).rounded(.down)),
      column: Int((place.longitude * narrowing / Self.side).rounded(.down)))
  }

  /// The nearest node, the first of equally near ones; nil where none is near.
  func nearest(to place: GeoPoint) -> Int? {
    guard place.isValid else { return nil }
    let middle = square(of: place)
    var best: (node: Int, meters: Double)?
    for radius in 0...Self.farthest {
      for square in Self.ring(around: middle, radius) {
        for index in squares[square] ?? [] {
          let meters = nodes[Int(index)].distanceMeters(to: place)
          if meters < best?.meters ?? .infinity || (meters == best?.meters && Int(index) < best?.node ?? 0) {
            best = (Int(index), meters)
          }
        }
      }
      // Whoever is in a further ring is at least so many squares away.
      if let best, Double(radius) * Self.sideMeters > best.meters { break }
    }
    return best?.node
  }

  private static func ring(around middle: Square, _ radius: Int) -> [Square] {
    guard radius > 0 else { return [middle] }
    var ring: [Square] = []
    for offset in -radius...radius {
      ring.append(Square(row: middle.row - radius, column: middle.column + offset))
      ring.append(Square(row: middle.row + radius, column: middle.column + offset))
    }
    for offset in (1 - radius)..<radius {
      ring.append(Square(row: middle.row + offset, column: middle.column - radius))
      ring.append(Square(row: middle.row + offset, column: middle.column + radius))
    }
    return ring
  }
}
