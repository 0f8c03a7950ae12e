/// From a position to the lattice of a face without libm: about ten times faster than ``ExactProjection``.
///
/// Both compute the same function, but round differently. So this one answers only where the two cannot disagree, that
/// is, farther from every decision (which face, which hexagon) than any rounding error of either, and says nil elsewhere.
enum FastProjection {
  /// How far, in tangents from a face's centre, a point must lie from the edge of its hexagon.
  ///
  /// The exact formulas are wrong by up to about 4e-15, plus 1e-16 ÷ distance near a face's centre where they take the
  /// arc cosine of almost 1. Points nearer than `centerDistance` are therefore left to them.
  private static let clearance = 1e-12

  /// 1 - cos(0.001 rad) = 5e-7: within 6 km of a face's centre.
  private static let centerCosine = 1 - 5e-7

  private static let squareRootOf3 = 1.7320508075688772
  private static let goldenRatio = 1.618033988749895

  @inline(__always)
  static func address(of position: GeoPoint, resolution: Int) -> FaceAddress? {
    guard abs(position.latitude) <= 360, abs(position.longitude) <= 360 else { return nil }
    let vector = direction(of: position)

    // Which face: in the icosahedron's own axes all signs are alike, so four products replace twenty.
    let axes = IcosahedronTables.symmetryAxes
    let x = vector.dot(SpaceVector(row: 0, of: axes))
    let y = vector.dot(SpaceVector(row: 1, of: axes))
    let z = vector.dot(SpaceVector(row: 2, of: axes))
    let (absX, absY, absZ) = (abs(x), abs(y), abs(z))
    let inverse = goldenRatio - 1
    // The kind is kept in the two lowest bits of each product, far below the clearance.
    let kind0 = tagged(absX + absY + absZ, 0)
    let kind1 = tagged(inverse * absY + goldenRatio * absZ, 1)
    let kind2 = tagged(inverse * absZ + goldenRatio * absX, 2)
    let kind3 = tagged(inverse * absX + goldenRatio * absY, 3)
    let (high01, low01) = (max(kind0, kind1), min(kind0, kind1))
    let (high23, low23) = (max(kind2, kind3), min(kind2, kind3))
    let best = max(high01, high23)
    let second = max(min(high01, high23), max(low01, low23))
    let cosine = Double(bitPattern: best) / squareRootOf3
    let lead = Double(bitPattern: best) - Double(bitPattern: second)
    guard lead > 1e-11, min(absX, absY, absZ) > 1e-11, cosine < centerCosine else { return nil }
    let signs = (x.bitPattern &>> 63) | (y.bitPattern &>> 62 & 2) | (z.bitPattern &>> 61 & 4)
    let index = Int(truncatingIfNeeded: (best & 3) &<< 3 | signs)
    let face = Int(truncatingIfNeeded: IcosahedronTables.faceByKindAndSigns[index])

    // Where on its plane: a gnomonic projection is a division.
    let steps = FacePlane.stepsByResolution[resolution]
    let scale = steps / cosine
    let row = 4 &* face &+ 2 &* (resolution & 1)
    let i = vector.dot(SpaceVector(row: row, of: LatticeProjectionTable.vectors)) * scale
    let j = vector.dot(SpaceVector(row: row &+ 1, of: LatticeProjectionTable.vectors)) * scale

    // Which hexagon: of the three lattice points around, the one with the largest weight.
    let (floorI, floorJ) = (floored(i), floored(j))
    let restI = i - Double(floorI)
    let restJ = j - Double(floorJ)
    let far = min(restI, restJ)
    let middle = max(restI, restJ) - far
    let near = 1 - max(restI, restJ)
    let top = max(far, middle, near)
    let runnerUp = max(min(far, middle), min(max(far, middle), near))
    // Weights of neighbors differ by twice the distance from their common edge.
    guard top - runnerUp > 2 * clearance * steps else { return nil }
    let takesFar = far == top
    let takesMiddle = middle == top
    let stepI = takesFar || (takesMiddle && restI > restJ)
    let stepJ = takesFar || (takesMiddle && restJ > restI)
    return FaceAddress(
      face: face, point: LatticePoint(i: floorI &+ (stepI ? 1 : 0), j: floorJ &+ (stepJ ? 1 : 0)))
  }

  @inline(__always)
  private static func tagged(_ value: Double, _ tag: UInt64) -> UInt64 {
    value.bitPattern & ~3 | tag
  }

  /// The largest integer that is not above a value of at most 2³¹ in size.
  @inline(__always)
  private static func floored(_ value: Double) -> Int {
    let truncated = Int(truncatingIfNeeded: unsafeInt64(value))
    return Double(truncated) > value ? truncated &- 1 : truncated
  }

  @inline(__always)
  private static func unsafeInt64(_ value: Double) -> Int64 {
    value.isFinite ? Int64(value) : 0
  }

  /// The unit vector of a position.
  @inline(__always)
  private static func direction(of position: GeoPoint) -> SpaceVector {
    let (sines, cosines) = sinesAndCosines(
      ofDegrees: SIMD2(position.latitude, position.longitude))
    return SpaceVector(x: cosines.y * cosines.x, y: sines.y * cosines.x, z: sines.x)
  }

  /// Sines and cosines of two angles of at most 360° in size, right to about 3e-16.
  @inline(__always)
  private static func sinesAndCosines(
    ofDegrees degrees: SIMD2<Double>
  ) -> (sines: SIMD2<Double>, cosines: SIMD2<Double>) {
    // Adding 1.5 × 2⁵² rounds to an integer, which then stands in the lowest bits.
    let rounder = SIMD2<Double>(repeating: 6_755_399_441_055_744)
    let shifted = degrees * (1.0 / 90) + rounder
    let quarter = shifted - rounder
    // Exact, since both terms are multiples of the angle's last place and the result is at most 45.
    let rest = (degrees - quarter * 90) * Angle.radiansPerDegree
    let square = rest * rest

    // Taylor's series; the first term left out is below 5e-17 for 45°.
    var sine = SIMD2<Double>(repeating: -1.0 / 1_307_674_368_000)
    sine = sine * square + 1.0 / 6_227_020_800
    sine = sine * square + -1.0 / 39_916_800
    sine = sine * square + 1.0 / 362_880
    sine = sine * square + -1.0 / 5_040
    sine = sine * square + 1.0 / 120
    sine = sine * square + -1.0 / 6
    sine = sine * square * rest + rest
    var cosine = SIMD2<Double>(repeating: 1.0 / 20_922_789_888_000)
    cosine = cosine * square + -1.0 / 87_178_291_200
    cosine = cosine * square + 1.0 / 479_001_600
    cosine = cosine * square + -1.0 / 3_628_800
    cosine = cosine * square + 1.0 / 40_320
    cosine = cosine * square + -1.0 / 720
    cosine = cosine * square + 1.0 / 24
    cosine = cosine * square + -1.0 / 2
    cosine = cosine * square + 1

    let (sineX, cosineX) = turned(sine.x, cosine.x, quarters: shifted.x.bitPattern)
    let (sineY, cosineY) = turned(sine.y, cosine.y, quarters: shifted.y.bitPattern)
    return (SIMD2(sineX, sineY), SIMD2(cosineX, cosineY))
  }

  /// Sine and cosine after `quarters` (modulo 4) quarter turns.
  @inline(__always)
  private static func turned(_ sine: Double, _ cosine: Double, quarters: UInt64) -> (Double, Double) {
    let swap: UInt64 = 0 &- (quarters & 1)
    let (s, c) = (sine.bitPattern, cosine.bitPattern)
    let difference = (s ^ c) & swap
    let sineSign = (quarters & 2) &<< 62
    let cosineSign = ((quarters &+ 1) & 2) &<< 62
    return (Double(bitPattern: s ^ difference ^ sineSign), Double(bitPattern: c ^ difference ^ cosineSign))
  }
}
