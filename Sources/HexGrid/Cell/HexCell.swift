/// A hexagonal (twelve times per resolution: pentagonal) cell of H3's grid, the same 64 bits as in H3 version 4.
public struct HexCell: RawRepresentable, Hashable, Sendable, Comparable {
  /// The resolutions of the grid, from continents to square metres.
  public static let resolutions = 0...15

  /// H3's 64-bit index.
  public let rawValue: UInt64

  /// Makes a cell from H3's 64-bit index, or nil when no such cell exists.
  public init?(rawValue: UInt64) {
    guard CellBits(rawValue).isValid else { return nil }
    self.rawValue = rawValue
  }

  /// Makes a cell from an index known to be one, because this library made it; with anything else, later calls may trap.
  package init(uncheckedRawValue rawValue: UInt64) {
    self.rawValue = rawValue
  }

  init(_ bits: CellBits) {
    rawValue = bits.raw
  }

  var bits: CellBits { CellBits(rawValue) }

  /// How fine the cell is, 0 (coarsest) to 15.
  public var resolution: Int { bits.resolution }

  /// The number of the resolution 0 cell that holds this one, 0 to 121.
  public var baseCell: Int { bits.baseCell }

  /// Whether this is one of the twelve cells with five neighbors.
  public var isPentagon: Bool {
    let bits = bits
    return CellBits.isPentagon(baseCell: bits.baseCell) && bits.leadingDigit == 0
  }

  /// By index, which keeps the children of a cell together.
  public static func < (a: HexCell, b: HexCell) -> Bool { a.rawValue < b.rawValue }
}
