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
    let cornerI = floored(i)
    let cornerJ = floored(j)
    let restI = i - cornerI.value
    let restJ = j - cornerJ.value
    let lean = restI - restJ
    let far = min(restI, restJ)
    let middle = abs(lean)
    let near = 1 - max(restI, restJ)
    let top = max(far, middle, near)
    let runnerUp = max(min(far, middle), min(max(far, middle), near))
    // Weights of neighbors differ by twice the distance from their common edge.
    guard top - runnerUp > 2 * clearance * steps else { return nil }
    // Sums of comparisons rather than conditions: where a position falls is not predictable.
    let both = far == top ? 1 : 0
    let stepI = both | (lean == top ? 1 : 0)
    let stepJ = both | (-lean == top ? 1 : 0)
    return FaceAddress(face: face, point: LatticePoint(i: cornerI.integer &+ stepI, j: cornerJ.integer &+ stepJ))
  }

  @inline(__always)
  private static func tagged(_ value: Double, _ tag: UInt64) -> UInt64 {
    value.bitPattern & ~3 | tag
  }

  /// Adding 1.5 × 2⁵² rounds to an integer, which then stands in the lowest bits.
  private static let rounder = 6_755_399_441_055_744.0

  /// The largest integer not above a value of at most 2⁵⁰ in size, or for an integer perhaps the one below.
  @inline(__always)
  private static func floored(_ value: Double) -> (value: Double, integer: Int) {
    let shifted = (value - 0.5) + rounder
    return (shifted - rounder, Int(truncatingIfNeeded: shifted.bitPattern &- rounder.bitPattern))
  }

  /// The unit vector of a position.
  @inline(__always)
  private static func direction(of position: GeoPoint) -> SpaceVector {
    let latitude = sineAndCosine(ofDegrees: position.latitude)
    let longitude = sineAndCosine(ofDegrees: position.longitude)
    return SpaceVector(
      x: longitude.cosine * latitude.cosine, y: longitude.sine * latitude.cosine, z: latitude.sine)
  }

  /// Sine and cosine of an angle of at most 360° in size, right to about 3e-16.
  @inline(__always)
  private static func sineAndCosine(ofDegrees degrees: Double) -> (sine: Double, cosine: Double) {
    let shifted = degrees * (1.0 / 90) + rounder
    let quarter = shifted - rounder
    // Exact, since both terms are multiples of the angle's last place and the result is at most 45.
    let rest = (degrees - quarter * 90) * Angle.radiansPerDegree

    // Taylor's series; the first term left out is below 5e-17 for 45°. The terms are paired rather than nested, so that
    // they need not wait for each other.
    let square = rest * rest
    let fourth = square * square
    let eighth = fourth * fourth
    let sine0: Double = square * Taylor.sine5 - Taylor.sine3
    let sine1: Double = square * Taylor.sine9 - Taylor.sine7
    let sine2: Double = square * Taylor.sine13 - Taylor.sine11 - fourth * Taylor.sine15
    let sine: Double = (sine0 + fourth * sine1 + eighth * sine2) * square * rest + rest
    let cosine0: Double = square * Taylor.cosine4 - Taylor.cosine2
    let cosine1: Double = square * Taylor.cosine8 - Taylor.cosine6
    let cosine2: Double = square * Taylor.cosine12 - Taylor.cosine10
    let cosine3: Double = square * Taylor.cosine16 - Taylor.cosine14
    let cosine: Double = (cosine0 + fourth * cosine1 + eighth * (cosine2 + fourth * cosine3)) * square + 1
    return turned(sine, cosine, quarters: shifted.bitPattern)
  }

  /// Inverse factorials, by the power they belong to.
  private enum Taylor {
    static let sine3 = 1.0 / 6
    static let sine5 = 1.0 / 120
    static let sine7 = 1.0 / 5_040
    static let sine9 = 1.0 / 362_880
    static let sine11 = 1.0 / 39_916_800
    static let sine13 = 1.0 / 6_227_020_800
    static let sine15 = 1.0 / 1_307_674_368_000
    static let cosine2 = 1.0 / 2
    static let cosine4 = 1.0 / 24
    static let cosine6 = 1.0 / 720
    static let cosine8 = 1.0 / 40_320
    static let cosine10 = 1.0 / 3_628_800
    static let cosine12 = 1.0 / 479_001_600
    static let cosine14 = 1.0 / 87_178_291_200
    static let cosine16 = 1.0 / 20_922_789_888_000
  }

  /// Sine and cosine after `quarters` (modulo 4) quarter turns.
  @inline(__always)
  private static func turned(_ sine: Double, _ cosine: Double, quarters: UInt64) -> (sine: Double, cosine: Double) {
    let swap: UInt64 = 0 &- (quarters & 1)
    let (s, c) = (sine.bitPattern, cosine.bitPattern)
    let difference = (s ^ c) & swap
    let sineSign = (quarters & 2) &<< 62
    let cosineSign = ((quarters &+ 1) & 2) &<< 62
    return (Double(bitPattern: s ^ difference ^ sineSign), Double(bitPattern: c ^ difference ^ cosineSign))
  }
}
