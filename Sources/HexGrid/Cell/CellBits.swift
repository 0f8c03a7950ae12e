/// The 64 bits of a cell: 4 of mode from bit 59, 4 of resolution from 52, 7 of base cell from 45, then 15 digits of 3 bits.
///
/// Digits beyond the resolution are 7. Working on all digits at once makes a turn of a cell a handful of instructions.
struct CellBits {
  var raw: UInt64

  /// Bit 0 of each of the 15 digits.
  private static let ones: UInt64 = 0o111_111_111_111_111
  private static let allDigits: UInt64 = 0o777_777_777_777_777
  private static let cellMode: UInt64 = 1 << 59

  /// Bit n says that base cell n is a pentagon, 0 to 63 and 64 to 121.
  private static let pentagonsLow: UInt64 = 0x8402_0040_0100_4010
  private static let pentagonsHigh: UInt64 = 0x20_0802_0008_0100

  init(_ raw: UInt64) {
    self.raw = raw
  }

  /// A cell of `resolution` in `baseCell` whose digits are all zero.
  @inline(__always)
  init(resolution: Int, baseCell: Int) {
    raw =
      Self.cellMode | UInt64(truncatingIfNeeded: resolution) &<< 52 | UInt64(truncatingIfNeeded: baseCell) &<< 45
      | (Self.allDigits &>> UInt64(truncatingIfNeeded: 3 &* resolution))
  }

  @inline(__always)
  static func isPentagon(baseCell: Int) -> Bool {
    let word = baseCell < 64 ? pentagonsLow : pentagonsHigh
    return word &>> UInt64(truncatingIfNeeded: baseCell) & 1 == 1
  }

  @inline(__always)
  var resolution: Int { Int(truncatingIfNeeded: raw &>> 52 & 15) }

  @inline(__always)
  var baseCell: Int { Int(truncatingIfNeeded: raw &>> 45 & 127) }

  /// The digits in use.
  @inline(__always)
  var digitMask: UInt64 {
    Self.allDigits & ~(Self.allDigits &>> UInt64(truncatingIfNeeded: 3 &* resolution))
  }

  @inline(__always)
  static func shift(of resolution: Int) -> UInt64 { UInt64(truncatingIfNeeded: 3 &* (15 &- resolution)) }

  func digit(at resolution: Int) -> Int {
    Int(truncatingIfNeeded: raw &>> Self.shift(of: resolution) & 7)
  }

  /// The first digit that is not zero, or zero.
  @inline(__always)
  var leadingDigit: Int {
    let digits = raw & digitMask
    guard digits != 0 else { return 0 }
    let highestBit = 63 &- digits.leadingZeroBitCount
    return Int(truncatingIfNeeded: digits &>> UInt64(truncatingIfNeeded: highestBit &- highestBit % 3) & 7)
  }

  /// Whether these bits are a cell that exists.
  var isValid: Bool {
    guard raw >> 56 == 0b0000_1000, baseCell < 122 else { return false }
    let unused = Self.allDigits & ~digitMask
    guard raw & unused == unused else { return false }
    let used = raw & digitMask
    guard used & (used >> 1) & (used >> 2) & Self.ones == 0 else { return false }
    // Pentagons lack the children in direction 1.
    return !(Self.isPentagon(baseCell: baseCell) && leadingDigit == 1)
  }

  /// These digits turned counter-clockwise about the base cell's centre by 60° `times` times, 0 to 5.
  ///
  /// The bits of a digit are its steps along the axes i, j and k. So a turn by 120° moves each bit to the next axis, and
  /// a turn by 180° swaps steps and rests; centre digits stay.
  @inline(__always)
  func turned(times: Int) -> CellBits {
    let mask = digitMask
    var digits = raw & mask
    if times & 1 == 1 {
      digits ^= ((digits | digits &>> 1 | digits &>> 2) & Self.ones) &* 7
    }
    switch times {
    case 2, 5: digits = (digits &>> 1 & (Self.ones &* 3)) | (digits & Self.ones) &<< 2
    case 1, 4: digits = (digits &<< 1 & (Self.ones &* 6)) | (digits &>> 2 & Self.ones)
    default: break
    }
    return CellBits(raw & ~mask | digits)
  }

  /// One turn by 60° counter-clockwise about a pentagon, over the direction that a pentagon lacks.
  var turnedAroundPentagon: CellBits {
    let once = turned(times: 1)
    return once.leadingDigit == 1 ? once.turned(times: 1) : once
  }

  /// One turn by 60° clockwise about a pentagon, over the direction that a pentagon lacks.
  var turnedClockwiseAroundPentagon: CellBits {
    let once = turned(times: 5)
    return once.leadingDigit == 1 ? once.turned(times: 5) : once
  }
}
