#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Android)
  import Android
#endif

/// Constants and the C library's trigonometry, in one place so that no other file imports anything.
enum Angle {
  static let radiansPerDegree = 0.0174532925199432957692369076848861271111
  static let degreesPerRadian = 57.29577951308232087679815481410517033240547
  static let fullTurn = 6.28318530717958647692528676655900576839433

  /// The angle between the grids of even and odd resolutions: asin(√(3/28)).
  static let oddResolutionTurn = 0.333473172251832115336090755351601070065900389

  @inline(__always)
  static func sine(_ radians: Double) -> Double { sin(radians) }

  @inline(__always)
  static func cosine(_ radians: Double) -> Double { cos(radians) }

  @inline(__always)
  static func tangent(_ radians: Double) -> Double { tan(radians) }

  @inline(__always)
  static func arccosine(_ value: Double) -> Double { acos(value) }

  @inline(__always)
  static func arctangent(_ y: Double, _ x: Double) -> Double { atan2(y, x) }

  /// An angle in -2π...4π brought into 0..<2π.
  static func normalized(_ radians: Double) -> Double {
    if radians < 0 { return radians + fullTurn }
    return radians >= fullTurn ? radians - fullTurn : radians
  }
}
