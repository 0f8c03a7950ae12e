extension HexCell {
  /// The largest radius that ``disk(radius:)`` and ``ring(radius:)`` serve.
  public static let maximumRadius = 1_024

  /// The cells that share an edge with this one: six, or five around a pentagon.
  public var neighbors: [HexCell] { ring(radius: 1) }

  /// All cells within `radius` steps, this one first, then ring by ring; 3r(r + 1) + 1 away from pentagons, fewer near.
  ///
  /// The order is the same on every run. A radius outside 0...``maximumRadius`` gives no cells.
  public func disk(radius: Int) -> [HexCell] {
    var cells: [HexCell] = []
    visitDisk(radius: radius) { cell, _ in
      cells.append(cell)
    } reserving: {
      cells.reserveCapacity($0)
    }
    return cells
  }

  /// The same as ``disk(radius:)``, each with its distance in steps.
  public func diskWithDistances(radius: Int) -> [(cell: HexCell, distance: Int)] {
    var cells: [(cell: HexCell, distance: Int)] = []
    visitDisk(radius: radius) { cell, distance in
      cells.append((cell, distance))
    } reserving: {
      cells.reserveCapacity($0)
    }
    return cells
  }

  /// The cells at exactly `radius` steps, in order around this one away from pentagons; 0 gives this cell.
  ///
  /// The order is the same on every run. A radius outside 0...``maximumRadius`` gives no cells.
  public func ring(radius: Int) -> [HexCell] {
    guard (0...Self.maximumRadius).contains(radius) else { return [] }
    guard radius > 0 else { return [self] }
    var cells: [HexCell] = []
    let center = FaceAddress(bits)
    if radius < center.distanceToPentagon(at: resolution) {
      cells.reserveCapacity(6 * radius)
      center.visitRing(radius: radius, resolution: resolution) { cells.append(HexCell($0)) }
    } else {
      spread(radius: radius) { cell, distance in
        if distance == radius { cells.append(cell) }
      }
    }
    return cells
  }

  private func visitDisk(radius: Int, visit: (HexCell, Int) -> Void, reserving reserve: (Int) -> Void) {
    guard (0...Self.maximumRadius).contains(radius) else { return }
    reserve(3 * radius * (radius + 1) + 1)
    let center = FaceAddress(bits)
    guard radius < center.distanceToPentagon(at: resolution) else { return spread(radius: radius, visit: visit) }
    visit(self, 0)
    guard radius > 0 else { return }
    for ring in 1...radius {
      center.visitRing(radius: ring, resolution: resolution) { visit(HexCell($0), ring) }
    }
  }

  /// Visits cells from neighbor to neighbor, which is right around pentagons too.
  private func spread(radius: Int, visit: (HexCell, Int) -> Void) {
    visit(self, 0)
    var seen: Set<HexCell> = [self]
    var front = [self]
    for distance in 0..<radius {
      var next: [HexCell] = []
      for cell in front {
        FaceAddress(cell.bits).visitRing(radius: 1, resolution: cell.resolution) { bits in
          let neighbor = HexCell(bits)
          guard seen.insert(neighbor).inserted else { return }
          next.append(neighbor)
          visit(neighbor, distance + 1)
        }
      }
      front = next
    }
  }
}

extension FaceAddress {
  /// Steps to the nearest of the face's three vertices, where the pentagons are.
  func distanceToPentagon(at resolution: Int) -> Int {
    // Across an edge no pentagon is nearer than these, whatever the place on the face.
    let isOdd = resolution & 1 == 1
    let coarse = LatticePoint(i: Self.reach(at: resolution - (resolution & 1)), j: 0)
    let vertex = isOdd ? coarse.refined(to: resolution) : coarse
    let second = vertex.turnedCounterclockwise(times: 2)
    let third = second.turnedCounterclockwise(times: 2)
    return min(point.distance(to: vertex), point.distance(to: second), point.distance(to: third))
  }

  /// Visits the cells around this place at `radius` steps (1 or more), counter-clockwise from the i axis.
  ///
  /// Right when no pentagon lies within the ring, or when `radius` is 1; then a pentagon's neighbor may come twice.
  @inline(__always)
  func visitRing(radius: Int, resolution: Int, visit: (CellBits) -> Void) {
    var place = point + LatticePoint(digit: 4) * radius
    // The directions of the hexagon's sides, lowest octal digit first: j, jk, k, ik, i, ij.
    var sides = 0o645_132
    while sides > 0 {
      let step = LatticePoint(digit: sides & 7)
      sides >>= 3
      for _ in 0..<radius {
        place = place + step
        var address = FaceAddress(face: face, point: place)
        address.settle(at: resolution, isPentagonBase: true)
        guard let cell = address.cell(at: resolution) else { continue }
        visit(cell)
      }
    }
  }
}
