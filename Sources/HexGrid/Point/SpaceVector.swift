/// A vector in space: x towards 0° N 0° E, y towards 0° N 90° E, z towards the north pole.
struct SpaceVector {
  var x: Double
  var y: Double
  var z: Double

  @inline(__always)
  func dot(_ other: SpaceVector) -> Double {
    x * other.x + y * other.y + z * other.z
  }

  func cross(_ other: SpaceVector) -> SpaceVector {
    SpaceVector(x: y * other.z - z * other.y, y: z * other.x - x * other.z, z: x * other.y - y * other.x)
  }

  /// `a * self + b * other`.
  @inline(__always)
  func combined(_ a: Double, _ b: Double, _ other: SpaceVector) -> SpaceVector {
    SpaceVector(x: a * x + b * other.x, y: a * y + b * other.y, z: a * z + b * other.z)
  }

  /// This vector at length 1; zero stays zero.
  var normalized: SpaceVector {
    let length = dot(self).squareRoot()
    let scale = length > 0 ? 1 / length : 0
    return SpaceVector(x: x * scale, y: y * scale, z: z * scale)
  }

  /// Where this direction meets the ground.
  var geoPoint: GeoPoint {
    // Not asin(z): that loses eight digits at the poles.
    let latitude = Angle.arctangent(z, (x * x + y * y).squareRoot())
    return GeoPoint(
      latitude: latitude * Angle.degreesPerRadian,
      longitude: Angle.arctangent(y, x) * Angle.degreesPerRadian)
  }
}

extension SpaceVector {
  /// The vector in row `row` of a table of x, y, z.
  @inline(__always)
  init(row: Int, of table: [Double]) {
    self.init(x: table[3 &* row], y: table[3 &* row &+ 1], z: table[3 &* row &+ 2])
  }
}
