internal import HexGrid

/// The children of a cell at one resolution, as the range of numbers that they lie in.
///
/// An H3 cell holds its resolution in bits 52 to 55 and then one digit of three bits per level, 7 where there is none; so
/// cells of one resolution below a common parent differ only in the digits after the parent's.
struct ChildRange: Hashable {
  /// The lowest number.
  var first: Int64
  /// The highest number.
  var last: Int64

  private static let bitsPerDigit = 3
  private static let resolutionShift: UInt64 = 52

  /// The ranges of a cell itself and of its children, from its own resolution to the finest.
  static func all(of cell: HexCell) -> [ChildRange] {
    let own = cell.resolution
    return (own...HexCell.resolutions.upperBound).map { resolution in
      let head = cell.rawValue & ~(0xf << resolutionShift) | UInt64(resolution) << resolutionShift
      // The digits of the levels after the cell's own, up to the children's.
      let width = UInt64(bitsPerDigit * (resolution - own))
      let shift = UInt64(bitsPerDigit * (HexCell.resolutions.upperBound - resolution))
      let digits = ((1 << width) - 1) << shift as UInt64
      return ChildRange(first: Int64(bitPattern: head & ~digits), last: Int64(bitPattern: head | digits))
    }
  }
}
