extension HexCell {
  /// The most cells that ``children(at:)`` lists.
  public static let maximumChildCount = 5_764_801

  /// The 122 cells of resolution 0, in the order of their numbers.
  public static var resolution0Cells: [HexCell] {
    (0..<122).map { HexCell(CellBits(resolution: 0, baseCell: $0)) }
  }

  /// The twelve pentagons of a resolution, or none when it is outside 0...15.
  public static func pentagons(at resolution: Int) -> [HexCell] {
    guard resolutions.contains(resolution) else { return [] }
    return (0..<122).filter(CellBits.isPentagon).map { HexCell(CellBits(resolution: resolution, baseCell: $0)) }
  }

  /// The cell of a coarser (or the same) resolution that this one belongs to; nil when `resolution` is finer or negative.
  public func parent(at resolution: Int) -> HexCell? {
    guard (0...self.resolution).contains(resolution) else { return nil }
    let unused = CellBits(resolution: resolution, baseCell: 0).raw & 0o777_777_777_777_777
    let kept = rawValue & ~(15 << 52) | UInt64(resolution) << 52
    return HexCell(uncheckedRawValue: kept | unused)
  }

  /// The cell in the middle of this one at a finer (or the same) resolution; nil when `resolution` is coarser or above 15.
  public func centerChild(at resolution: Int) -> HexCell? {
    guard (self.resolution...15).contains(resolution) else { return nil }
    let digits = rawValue & bits.digitMask
    return HexCell(uncheckedRawValue: CellBits(resolution: resolution, baseCell: baseCell).raw | digits)
  }

  /// How many cells of a finer (or the same) resolution belong to this one; nil when `resolution` is coarser or above 15.
  public func childCount(at resolution: Int) -> Int? {
    guard (self.resolution...15).contains(resolution) else { return nil }
    var power = 1
    for _ in self.resolution..<resolution { power *= 7 }
    return isPentagon ? 1 + 5 * (power - 1) / 6 : power
  }

  /// The cells of a finer (or the same) resolution that belong to this one, by index.
  ///
  /// - Throws: ``HexGridError/resolutionOutOfRange`` when `resolution` is coarser or above 15,
  ///   ``HexGridError/tooManyCells`` when there are more than ``maximumChildCount`` (more than 8 resolutions below).
  public func children(at resolution: Int) throws(HexGridError) -> [HexCell] {
    guard let count = childCount(at: resolution), let first = centerChild(at: resolution) else {
      throw .resolutionOutOfRange
    }
    guard count <= Self.maximumChildCount else { throw .tooManyCells }
    var cells = [first.rawValue]
    cells.reserveCapacity(count)
    for current in self.resolution..<resolution {
      // The pentagon is always the first cell, since its digits are zero.
      let step: UInt64 = 1 << CellBits.shift(of: current + 1)
      var next: [UInt64] = []
      next.reserveCapacity(cells.count * 7)
      for (index, cell) in cells.enumerated() {
        let skipsOne = index == 0 && isPentagon
        for digit: UInt64 in 0..<7 where !(skipsOne && digit == 1) { next.append(cell + digit * step) }
      }
      cells = next
    }
    return cells.map(HexCell.init(uncheckedRawValue:))
  }
}

/// Why a list of cells cannot be made.
public enum HexGridError: Error, Hashable, Sendable {
  /// The resolution is outside 0...15 or on the wrong side of the cell's own.
  case resolutionOutOfRange

  /// The list would hold more cells than the limit.
  case tooManyCells
}
