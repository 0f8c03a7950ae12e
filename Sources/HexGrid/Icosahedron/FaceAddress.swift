/// A place on the lattice of one face of the icosahedron.
struct FaceAddress {
  var face: Int
  var point: LatticePoint

  enum Quadrant: Int {
    case ij
    case ki
    case jk
  }

  enum Position {
    case inside
    case onEdge
    case movedToNeighbor
  }

  /// The steps from a face's centre to its vertices in the lattice of an even resolution, 0 to 16.
  static func reach(at evenResolution: Int) -> Int { reaches[evenResolution / 2] }

  private static let reaches = [2, 14, 98, 686, 4_802, 33_614, 235_298, 1_647_086, 11_529_602]

  static func neighbor(of face: Int, across quadrant: Quadrant) -> Int {
    Int(IcosahedronTables.neighbors[3 * face + quadrant.rawValue])
  }

  /// The edge of `face` that `other` lies beyond, or nil when they share none.
  static func quadrant(from face: Int, to other: Int) -> Quadrant? {
    for quadrant in [Quadrant.ij, .ki, .jk] where neighbor(of: face, across: quadrant) == other { return quadrant }
    return nil
  }

  /// Expresses this place in the lattice of the neighbor across `quadrant`, `reach` being that of the lattice.
  mutating func cross(_ quadrant: Quadrant, reach: Int) {
    // The five faces around each pole lie alike; so do the ten of the belt.
    let isPolar = face < 5 || face >= 15
    let turns: Int
    let offset: LatticePoint
    switch (quadrant, isPolar) {
    case (.ij, true): (turns, offset) = (1, LatticePoint(i: 0, j: -1))
    case (.ki, true): (turns, offset) = (5, LatticePoint(i: 1, j: 1))
    case (.ij, false): (turns, offset) = (3, LatticePoint(i: 1, j: 1))
    case (.ki, false): (turns, offset) = (3, LatticePoint(i: 0, j: -1))
    case (.jk, _): (turns, offset) = (3, LatticePoint(i: -1, j: 0))
    }
    face = Self.neighbor(of: face, across: quadrant)
    point = point.turnedCounterclockwise(times: turns) + offset * reach
  }

  /// Moves over one edge when this place lies beyond it.
  ///
  /// - Parameters:
  ///   - reach: the reach of the even lattice, three times that in the grid of vertices
  ///   - seesEdge: whether lying exactly on an edge is reported
  ///   - skipsPentagonGap: whether this is a cell of a pentagon's fourth sector, next to the one that pentagons lack
  mutating func settle(reach: Int, seesEdge: Bool = false, skipsPentagonGap: Bool = false) -> Position {
    let size = point.size
    guard size > reach else { return seesEdge && size == reach ? .onEdge : .inside }
    let quadrant: Quadrant
    let k = point.k
    if k == 0 {
      quadrant = .ij
    } else if point.j + k > 0 {
      quadrant = .jk
    } else {
      quadrant = .ki
      if skipsPentagonGap {
        let pentagon = LatticePoint(i: reach, j: 0)
        point = (point - pentagon).turnedClockwise + pentagon
      }
    }
    cross(quadrant, reach: reach)
    return seesEdge && point.size == reach ? .onEdge : .movedToNeighbor
  }

  /// Settles a place given on the lattice of `resolution` on the face it really lies on.
  mutating func settle(at resolution: Int, isPentagonBase: Bool, skipsPentagonGap: Bool = false) {
    let isOdd = resolution & 1 == 1
    let reach = Self.reach(at: resolution + (resolution & 1))
    var fine = self
    // Only lattices of even resolutions have the faces' edges along their axes.
    if isOdd { fine.point = point.refined(to: resolution + 1) }
    guard fine.point.size > reach else { return }
    guard fine.settle(reach: reach, skipsPentagonGap: skipsPentagonGap) != .inside else { return }
    if isPentagonBase {
      while fine.settle(reach: reach) != .inside {}
    }
    if isOdd { fine.point = fine.point.coarsened(from: resolution + 1) }
    self = fine
  }
}

extension FaceAddress {
  /// The centre of a cell.
  init(_ cell: CellBits) {
    var cell = cell
    let baseCell = cell.baseCell
    let isPentagon = CellBits.isPentagon(baseCell: baseCell)
    let leadingDigit = cell.leadingDigit
    if isPentagon && leadingDigit == 5 { cell = cell.turned(times: 5) }

    let resolution = cell.resolution
    self = Self.home(of: baseCell)
    let isFaceCenter = point == .origin
    point = Self.descended(from: point, along: cell)
    if !isPentagon && (resolution == 0 || isFaceCenter) { return }
    settle(at: resolution, isPentagonBase: isPentagon, skipsPentagonGap: isPentagon && leadingDigit == 4)
  }

  /// Where a base cell lies.
  static func home(of baseCell: Int) -> FaceAddress {
    let home = Int(BaseCellTables.homes[baseCell])
    return FaceAddress(face: home >> 6, point: LatticePoint(i: (home >> 3 & 7) - 2, j: (home & 7) - 2))
  }

  /// The lattice point reached from `start` by the digits of `cell`.
  static func descended(from start: LatticePoint, along cell: CellBits) -> LatticePoint {
    var point = start
    var resolution = 1
    while resolution <= cell.resolution {
      point = point.refined(to: resolution) + LatticePoint(digit: cell.digit(at: resolution))
      resolution += 1
    }
    return point
  }

  /// The cell around this place, which must lie on or next to its face.
  @inline(__always)
  func cell(at resolution: Int) -> CellBits? {
    var digits: UInt64 = 0
    // All coordinates are biased so that division is of unsigned numbers: 7 × bias keeps remainders.
    var i = point.i
    var j = point.j
    var current = resolution
    var shift: UInt64 = CellBits.shift(of: resolution)
    if current & 1 == 1 {
      Self.ascendOdd(&i, &j, &digits, &shift)
      current &-= 1
    }
    while current > 0 {
      Self.ascendEven(&i, &j, &digits, &shift)
      Self.ascendOdd(&i, &j, &digits, &shift)
      current &-= 2
    }
    guard UInt(bitPattern: i &+ 2) < 5, UInt(bitPattern: j &+ 2) < 5 else { return nil }
    let entry = BaseCellTables.byFaceAndLatticePoint[face &* 25 &+ (i &+ 2) &* 5 &+ j &+ 2]
    guard entry != 0xFFFF else { return nil }
    let baseCell = Int(truncatingIfNeeded: entry & 0xFF)
    let turns = Int(truncatingIfNeeded: entry &>> 8)
    var cell = CellBits(resolution: resolution, baseCell: baseCell)
    cell.raw |= digits
    if _fastPath(!CellBits.isPentagon(baseCell: baseCell)) { return cell.turned(times: turns) }
    return Self.orient(pentagonCell: cell, face: face, turns: turns)
  }

  private static let bias: UInt64 = 1 << 28

  /// `(value + 3) / 7` rounded down, and the remainder, which tells the digit.
  @inline(__always)
  private static func divideBySeven(_ value: Int) -> (quotient: Int, remainder: UInt64) {
    let biased = UInt64(truncatingIfNeeded: value &+ 3) &+ bias &* 7
    // Exact for dividends below 2³¹; ours stay below 2³¹ for every resolution.
    let quotient = (biased &* 0x1_2492_4925) &>> 35
    return (Int(truncatingIfNeeded: quotient &- bias), biased &- quotient &* 7)
  }

  @inline(__always)
  private static func ascendOdd(_ i: inout Int, _ j: inout Int, _ digits: inout UInt64, _ shift: inout UInt64) {
    let (nextI, remainder) = divideBySeven(3 &* i &- j)
    let (nextJ, _) = divideBySeven(i &+ 2 &* j)
    digits |= (0x465_0213 &>> (remainder &* 4) & 7) &<< shift
    shift &+= 3
    (i, j) = (nextI, nextJ)
  }

  @inline(__always)
  private static func ascendEven(_ i: inout Int, _ j: inout Int, _ digits: inout UInt64, _ shift: inout UInt64) {
    let (nextI, remainder) = divideBySeven(2 &* i &+ j)
    let (nextJ, _) = divideBySeven(3 &* j &- i)
    digits |= (0x642_0531 &>> (remainder &* 4) & 7) &<< shift
    shift &+= 3
    (i, j) = (nextI, nextJ)
  }

  private static func orient(pentagonCell: CellBits, face: Int, turns: Int) -> CellBits {
    var cell = pentagonCell
    if cell.leadingDigit == 1 {
      // The face sees the sector that the pentagon lacks; which neighbor it stands for depends on the side.
      cell = cell.turned(times: isClockwise(face: face, around: cell.baseCell) ? 5 : 1)
    }
    for _ in 0..<turns { cell = cell.turnedAroundPentagon }
    return cell
  }

  /// Whether the missing sector of a pentagon, seen from `face`, is closed by a clockwise turn.
  private static func isClockwise(face: Int, around pentagon: Int) -> Bool {
    switch pentagon {
    case 14: face == 2 || face == 6
    case 24: face == 1 || face == 5
    case 38: face == 3 || face == 7
    case 49: face == 0 || face == 9
    case 58: face == 4 || face == 8
    case 63: face == 11 || face == 15
    case 72: face == 12 || face == 16
    case 83: face == 10 || face == 19
    case 97: face == 13 || face == 17
    case 107: face == 14 || face == 18
    default: false
    }
  }
}
