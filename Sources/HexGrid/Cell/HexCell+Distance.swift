extension HexCell {
  /// Steps between two cells of one resolution, or nil where H3 reports an error.
  ///
  /// That is for cells of different resolutions, cells farther apart than neighboring base cells, and some pairs on
  /// different sides of a pentagon.
  public func distance(to other: HexCell) -> Int? {
    guard let here = UnfoldedPoint(of: self, around: self), let there = UnfoldedPoint(of: other, around: self) else {
      return nil
    }
    return here.point.distance(to: there.point)
  }
}

/// A cell's place on the lattice of another cell's base cell, continued into the base cells next to it.
private struct UnfoldedPoint {
  let point: LatticePoint

  /// Clockwise turns when the plane is unfolded about a pentagon from one sector (row) into another (column); -1 for the
  /// sector that pentagons lack.
  private static let pentagonTurns: [Int8] = [
    0, -1, 0, 0, 0, 0, 0,
    -1, -1, -1, -1, -1, -1, -1,
    0, -1, 0, 0, 0, 1, 0,
    0, -1, 0, 0, 1, 1, 0,
    0, -1, 0, 5, 0, 0, 0,
    0, -1, 5, 5, 0, 0, 0,
    0, -1, 0, 0, 0, 0, 0,
  ]

  /// For each sector a bit for each sector that H3 refuses to unfold it into.
  private static let refusedSectors: [UInt8] = [
    0, 0, 0b011_0000, 0b101_0000, 0b000_1100, 0b100_0100, 0b010_1000,
  ]

  /// Turns from one sector of a pentagon to another, or nil when H3 refuses.
  private static func turns(from sector: Int, to other: Int) -> Int? {
    guard (0..<7).contains(sector), (0..<7).contains(other) else { return nil }
    guard refusedSectors[sector] >> other & 1 == 0 else { return nil }
    let turns = Int(pentagonTurns[7 * sector + other])
    return turns < 0 ? nil : turns
  }

  private static func direction(from baseCell: Int, to other: Int) -> Int? {
    (0..<7).first { Int(BaseCellTables.neighbors[7 * baseCell + $0]) == other }
  }

  init?(of cell: HexCell, around origin: HexCell) {
    guard cell.resolution == origin.resolution else { return nil }
    let (originBase, base) = (origin.baseCell, cell.baseCell)
    let originIsOnPentagon = CellBits.isPentagon(baseCell: originBase)
    guard base != originBase else {
      let place = FaceAddress.descended(from: .origin, along: cell.bits)
      guard originIsOnPentagon else {
        point = place
        return
      }
      guard let turns = Self.turns(from: origin.bits.leadingDigit, to: cell.bits.leadingDigit) else { return nil }
      point = place.turnedClockwise(times: turns)
      return
    }

    guard let direction = Self.direction(from: originBase, to: base),
      var back = Self.direction(from: base, to: originBase)
    else { return nil }
    let isOnPentagon = CellBits.isPentagon(baseCell: base)
    let baseTurns = Int(BaseCellTables.neighborTurns[originBase] >> (3 * UInt32(direction)) & 7)
    var bits = cell.bits
    for _ in 0..<baseTurns {
      back = Self.turnedClockwise(back)
      if isOnPentagon {
        bits = bits.turnedClockwiseAroundPentagon
        if back == 1 { back = Self.turnedClockwise(back) }
      } else {
        bits = bits.turned(times: 5)
      }
    }

    var turns = 0
    var offsetTurns = 0
    if originIsOnPentagon {
      guard let found = Self.turns(from: origin.bits.leadingDigit, to: direction) else { return nil }
      (turns, offsetTurns) = (found, found)
    } else if isOnPentagon {
      let leading = bits.leadingDigit
      // H3 refuses by one order of the two sectors and turns by the other.
      guard Self.refusedSectors[leading] >> back & 1 == 0 else { return nil }
      let found = Int(Self.pentagonTurns[7 * back + leading])
      guard found >= 0 else { return nil }
      turns = found
    }
    var offset = LatticePoint(digit: direction)
    for resolution in stride(from: 1, through: origin.resolution, by: 1) { offset = offset.refined(to: resolution) }
    point =
      FaceAddress.descended(from: .origin, along: bits).turnedClockwise(times: turns)
      + offset.turnedClockwise(times: offsetTurns)
  }

  private static func turnedClockwise(_ digit: Int) -> Int {
    switch digit {
    case 1: 3
    case 3: 2
    case 2: 6
    case 6: 4
    case 4: 5
    case 5: 1
    default: digit
    }
  }
}
