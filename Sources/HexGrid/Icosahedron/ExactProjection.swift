/// From a position to the lattice of a face, by H3's own formulas and in its order of operations.
///
/// Slow, but rounds as H3 4.5 does: it decides for the few positions that lie within rounding error of a cell's edge.
enum ExactProjection {
  static func address(of position: GeoPoint, resolution: Int) -> FaceAddress {
    let latitude = position.latitude * Angle.radiansPerDegree
    let longitude = position.longitude * Angle.radiansPerDegree
    let cosine = Angle.cosine(latitude)
    let vector = SpaceVector(
      x: Angle.cosine(longitude) * cosine, y: Angle.sine(longitude) * cosine, z: Angle.sine(latitude))
    let (face, squaredChord) = nearestFace(to: vector)
    let center = SpaceVector(row: face, of: IcosahedronTables.faceCenters)

    var radius = Angle.arccosine(1 - squaredChord * 0.5)
    guard radius >= 1e-16 else { return FaceAddress(face: face, point: .origin) }
    var angle = Angle.normalized(
      IcosahedronTables.firstVertexAzimuths[face] - Angle.normalized(azimuth(from: center, to: vector)))
    if resolution & 1 == 1 { angle = Angle.normalized(angle - Angle.oddResolutionTurn) }

    radius = Angle.tangent(radius) * FacePlane.stepsPerTangent
    for _ in 0..<resolution { radius *= FacePlane.squareRootOf7 }
    let point = PlanePoint(x: radius * Angle.cosine(angle), y: radius * Angle.sine(angle))
    return FaceAddress(face: face, point: latticePoint(around: point))
  }

  private static func nearestFace(to vector: SpaceVector) -> (face: Int, squaredChord: Double) {
    var nearest = (face: 0, squaredChord: 5.0)
    for face in 0..<20 {
      let chord = SpaceVector(row: face, of: IcosahedronTables.faceCenters).combined(1, -1, vector)
      let squaredChord = chord.dot(chord)
      if squaredChord < nearest.squaredChord { nearest = (face, squaredChord) }
    }
    return nearest
  }

  private static func azimuth(from origin: SpaceVector, to target: SpaceVector) -> Double {
    let pole = SpaceVector(x: 0, y: 0, z: 1)
    let north = pole.combined(1, -pole.dot(origin), origin).normalized
    let east = north.cross(origin)
    let direction = target.combined(1, -target.dot(origin), origin).normalized
    return Angle.arctangent(direction.dot(east), direction.dot(north))
  }

  /// The lattice point whose hexagon holds `point`, edges going the way H3 lets them go.
  private static func latticePoint(around point: PlanePoint) -> LatticePoint {
    let row = abs(point.y) * 1.1547005383792515290182975610039149112953
    let column = abs(point.x) + row / 2.0
    // A face reaches 12 million steps from its centre at the finest resolution.
    var i = Int(column)
    var j = Int(row)
    let (restI, restJ) = (column - Double(i), row - Double(j))

    let stepsI: Bool
    let stepsJ: Bool
    if restI < 1.0 / 3.0 {
      stepsI = false
      stepsJ = restJ >= (1.0 + restI) / 2.0
    } else if restI < 0.5 {
      stepsI = (1.0 - restI) <= restJ && restJ < (2.0 * restI)
      stepsJ = restJ >= (1.0 - restI)
    } else if restI < 2.0 / 3.0 {
      stepsI = !((2.0 * restI - 1.0) < restJ && restJ < (1.0 - restI))
      stepsJ = restJ >= (1.0 - restI)
    } else {
      stepsI = true
      stepsJ = restJ >= restI / 2.0
    }
    if stepsI { i += 1 }
    if stepsJ { j += 1 }

    // That was for the quadrant of positive x and y; mirror it into the others.
    if point.x < 0 { i = j - i }
    if point.y < 0 {
      i -= j
      j = -j
    }
    return LatticePoint(i: i, j: j)
  }
}

/// Scales of the plane of a face.
enum FacePlane {
  /// Steps between cells of resolution 0 in a tangent of 1, and its inverse.
  static let stepsPerTangent = 2.61803398874989588842
  static let tangentPerStep = 0.38196601125010500003
  static let squareRootOf7 = 2.6457513110645905905016157536392604257102

  /// Steps between cells of each resolution in a tangent of 1.
  static let stepsByResolution: [Double] = [
    2.618033988749895, 6.926666858146694, 18.326237921249263, 48.48666800702686,
    128.28366544874484, 339.406676049188, 897.9856581412139, 2375.846732344316,
    6285.899606988498, 16630.927126410214, 44001.29724891948, 116416.48988487148,
    308009.0807424364, 814915.4291941004, 2156063.5651970548, 5704408.004358702,
  ]
}
