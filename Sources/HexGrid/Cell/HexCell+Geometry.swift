extension HexCell {
  /// The centre of the cell on the ground.
  public var center: GeoPoint {
    let address = FaceAddress(bits)
    return address.position(of: address.point.planePoint, resolution: resolution).geoPoint
  }

  /// The corners of the cell, counter-clockwise.
  ///
  /// Six, five for a pentagon; more where an edge of the cell crosses an edge of the icosahedron at an odd resolution,
  /// because the edge bends there.
  public var boundary: [GeoPoint] {
    CellOutline(of: self).points
  }

  /// The average area in square metres of the hexagons of a resolution, or nil outside 0...15.
  public static func averageAreaSquareMeters(at resolution: Int) -> Double? {
    guard resolutions.contains(resolution) else { return nil }
    return averageAreas[resolution]
  }

  /// The average length in metres of the hexagons' edges of a resolution, or nil outside 0...15.
  public static func averageEdgeLengthMeters(at resolution: Int) -> Double? {
    guard resolutions.contains(resolution) else { return nil }
    return averageEdgeLengths[resolution]
  }

  private static let averageAreas: [Double] = [
    4.357449416078390e12, 6.097884417941339e11, 8.680178039899731e10, 1.239343465508818e10,
    1.770347654491309e9, 2.529038581819452e8, 3.612906216441250e7, 5.161293359717198e6,
    7.373275975944188e5, 1.053325134272069e5, 1.504750190766437e4, 2.149643129451882e3,
    3.070918756316063e2, 4.387026794728301e1, 6.267181135324322e0, 8.953115907605802e-1,
  ]

  private static let averageEdgeLengths: [Double] = [
    1281256.011, 483056.8391, 182512.9565, 68979.22179, 26071.75968, 9854.090990, 3724.532667, 1406.475763,
    531.4140101, 200.7861476, 75.86378287, 28.66389748, 10.83018784, 4.092010473, 1.546099657, 0.584168630,
  ]
}

extension FaceAddress {
  /// The direction in space of a point on this address's face, given in steps of `resolution`.
  func position(of point: PlanePoint, resolution: Int) -> SpaceVector {
    let turned = resolution & 1 == 1 ? point.turned(by: Angle.oddResolutionTurn) : point
    return Self.direction(face: face, point: turned, steps: FacePlane.stepsByResolution[resolution])
  }

  /// The direction in space of a point on a face, given in units of which a tangent of 1 has `steps`.
  static func direction(face: Int, point: PlanePoint, steps: Double) -> SpaceVector {
    let center = SpaceVector(row: face, of: IcosahedronTables.faceCenters)
    let first = SpaceVector(row: 2 * face, of: IcosahedronTables.tangents)
    let second = SpaceVector(row: 2 * face + 1, of: IcosahedronTables.tangents)
    let offset = first.combined(point.x / steps, point.y / steps, second)
    return center.combined(1, 1, offset).normalized
  }
}
