/// The corners of a cell, found on a grid fine enough that every corner is one of its points.
///
/// That grid has three times as many points along each axis as the cell's own (or, for odd resolutions, as the next even
/// one), so its axes follow the edges of the icosahedron.
struct CellOutline {
  private(set) var points: [GeoPoint] = []

  private let center: FaceAddress
  private let isOdd: Bool
  private let steps: Double
  private let reach: Int

  private static let evenCorners = [(2, 1), (1, 2), (-1, 1), (-2, -1), (-1, -2), (1, -1)]
  private static let oddCorners = [(5, 4), (1, 5), (-4, 1), (-5, -4), (-1, -5), (4, -1)]

  init(of cell: HexCell) {
    let resolution = cell.resolution
    isOdd = resolution & 1 == 1
    let fine = isOdd ? resolution + 1 : resolution
    reach = 3 * FaceAddress.reach(at: fine)
    steps = FacePlane.stepsPerTangent * Double(reach / 2)

    var center = FaceAddress(cell.bits)
    center.point = center.point * 3
    if isOdd { center.point = center.point.refined(to: fine) }
    self.center = center

    let corners = isOdd ? Self.oddCorners : Self.evenCorners
    if cell.isPentagon {
      trace(pentagon: corners.prefix(5).map { center.point + LatticePoint(i: $0.0, j: $0.1) })
    } else {
      trace(hexagon: corners.map { center.point + LatticePoint(i: $0.0, j: $0.1) })
    }
  }

  private mutating func append(_ point: PlanePoint, face: Int) {
    points.append(FaceAddress.direction(face: face, point: point, steps: steps).geoPoint)
  }

  /// The edge of a face towards `quadrant`, on its plane.
  private func edge(_ quadrant: FaceAddress.Quadrant) -> (PlanePoint, PlanePoint) {
    let size = Double(reach)
    let i = PlanePoint(x: size, y: 0)
    let j = PlanePoint(x: -0.5 * size, y: PlanePoint.sine60 * size)
    let k = PlanePoint(x: -0.5 * size, y: -PlanePoint.sine60 * size)
    switch quadrant {
    case .ij: return (i, j)
    case .jk: return (j, k)
    case .ki: return (k, i)
    }
  }

  private mutating func trace(hexagon corners: [LatticePoint]) {
    var last: (face: Int, isOnEdge: Bool)?
    for index in 0...corners.count {
      let corner = corners[index % corners.count]
      var address = FaceAddress(face: center.face, point: corner)
      let position = address.settle(reach: reach, seesEdge: true)
      // At even resolutions edges meet the icosahedron's edges in corners only.
      if isOdd, let last, address.face != last.face, !last.isOnEdge {
        let other = last.face == center.face ? address.face : last.face
        let previous = corners[(index + corners.count - 1) % corners.count].planePoint
        bend(from: previous, to: corner.planePoint, over: other)
      }
      if index < corners.count { append(address.point.planePoint, face: address.face) }
      last = (address.face, position == .onEdge)
    }
  }

  /// Adds the point where an edge, on the plane of the centre's face, crosses the border to `face`.
  private mutating func bend(from start: PlanePoint, to end: PlanePoint, over face: Int) {
    guard let quadrant = FaceAddress.quadrant(from: center.face, to: face) else { return }
    let border = edge(quadrant)
    let crossing = PlanePoint.intersection(start, end, border.0, border.1)
    if crossing.isNearly(start) || crossing.isNearly(end) { return }
    append(crossing, face: center.face)
  }

  private mutating func trace(pentagon corners: [LatticePoint]) {
    var last: FaceAddress?
    for index in 0...corners.count {
      var address = FaceAddress(face: center.face, point: corners[index % corners.count])
      while address.settle(reach: reach, seesEdge: true) == .movedToNeighbor {}
      // Every edge of a pentagon of an odd resolution crosses one of the icosahedron.
      if isOdd, let last, let back = FaceAddress.quadrant(from: address.face, to: last.face) {
        var seenFromLast = address
        seenFromLast.cross(back, reach: reach)
        if let quadrant = FaceAddress.quadrant(from: last.face, to: address.face) {
          let border = edge(quadrant)
          let crossing = PlanePoint.intersection(
            last.point.planePoint, seenFromLast.point.planePoint, border.0, border.1)
          append(crossing, face: last.face)
        }
      }
      if index < corners.count { append(address.point.planePoint, face: address.face) }
      last = address
    }
  }
}
