/// A point of a hexagonal lattice, by two axes 120° apart.
///
/// H3 writes the same point with three axes, of which the smallest coordinate is zero. Two are enough: turns and changes
/// of resolution are then linear and need no normalisation; `k` and `size` recover the third axis where a rule asks for it.
struct LatticePoint: Equatable {
  var i: Int
  var j: Int

  static let origin = LatticePoint(i: 0, j: 0)

  /// The unit step of a digit; its bits say along which of the axes i (4), j (2) and k (1) it goes.
  init(digit: Int) {
    i = (digit >> 2) - (digit & 1)
    j = (digit >> 1 & 1) - (digit & 1)
  }

  init(i: Int, j: Int) {
    self.i = i
    self.j = j
  }

  /// The k coordinate once all three are made non-negative and the smallest zero.
  var k: Int { -min(i, j, 0) }

  /// The sum of the three non-negative coordinates.
  var size: Int { i + j + 3 * k }

  static func + (a: LatticePoint, b: LatticePoint) -> LatticePoint { LatticePoint(i: a.i + b.i, j: a.j + b.j) }
  static func - (a: LatticePoint, b: LatticePoint) -> LatticePoint { LatticePoint(i: a.i - b.i, j: a.j - b.j) }
  static func * (a: LatticePoint, factor: Int) -> LatticePoint { LatticePoint(i: a.i * factor, j: a.j * factor) }

  /// Steps between two points of the same lattice.
  func distance(to other: LatticePoint) -> Int {
    let step = other - self
    return max(step.i, step.j, 0) - min(step.i, step.j, 0)
  }

  var turnedCounterclockwise: LatticePoint { LatticePoint(i: i - j, j: i) }
  var turnedClockwise: LatticePoint { LatticePoint(i: j, j: j - i) }

  func turnedCounterclockwise(times: Int) -> LatticePoint {
    var point = self
    for _ in 0..<times { point = point.turnedCounterclockwise }
    return point
  }

  func turnedClockwise(times: Int) -> LatticePoint {
    var point = self
    for _ in 0..<times { point = point.turnedClockwise }
    return point
  }

  /// The same place in the lattice of `resolution`, when this point is in the one before.
  func refined(to resolution: Int) -> LatticePoint {
    resolution & 1 == 1 ? LatticePoint(i: 2 * i + j, j: 3 * j - i) : LatticePoint(i: 3 * i - j, j: i + 2 * j)
  }

  /// The point of the lattice before whose cell holds this point of the lattice of `resolution`.
  func coarsened(from resolution: Int) -> LatticePoint {
    resolution & 1 == 1
      ? LatticePoint(i: Self.nearestSeventh(3 * i - j), j: Self.nearestSeventh(i + 2 * j))
      : LatticePoint(i: Self.nearestSeventh(2 * i + j), j: Self.nearestSeventh(3 * j - i))
  }

  private static func nearestSeventh(_ value: Int) -> Int {
    // Sevenths never lie half way between integers.
    let shifted = value + 3
    return shifted >= 0 ? shifted / 7 : -((6 - shifted) / 7)
  }

  /// The point on the plane, in units of the distance between neighbors, x along the i axis.
  var planePoint: PlanePoint {
    PlanePoint(x: Double(i) - 0.5 * Double(j), y: Double(j) * PlanePoint.sine60)
  }
}

/// A point on the plane of a face.
struct PlanePoint {
  var x: Double
  var y: Double

  static let sine60 = 0.8660254037844386467637231707529361834714

  func turned(by radians: Double) -> PlanePoint {
    let (s, c) = (Angle.sine(radians), Angle.cosine(radians))
    return PlanePoint(x: c * x - s * y, y: s * x + c * y)
  }

  /// Whether both coordinates differ by less than a `Float` can tell near 1, which is H3's measure.
  func isNearly(_ other: PlanePoint) -> Bool {
    let tolerance = Double(Float.ulpOfOne)
    return abs(x - other.x) < tolerance && abs(y - other.y) < tolerance
  }

  /// Where the line through `a` and `b` meets the line through `c` and `d`.
  static func intersection(_ a: PlanePoint, _ b: PlanePoint, _ c: PlanePoint, _ d: PlanePoint) -> PlanePoint {
    let first = PlanePoint(x: b.x - a.x, y: b.y - a.y)
    let second = PlanePoint(x: d.x - c.x, y: d.y - c.y)
    let t =
      (second.x * (a.y - c.y) - second.y * (a.x - c.x)) / (first.x * second.y - second.x * first.y)
    return PlanePoint(x: a.x + t * first.x, y: a.y + t * first.y)
  }
}
