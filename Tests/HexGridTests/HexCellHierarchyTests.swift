import HexGrid
import Testing

@Suite("Parents and children")
struct HexCellHierarchyTests {
  @Test("Parents, centre children and children of hexagons and pentagons at all resolutions")
  func families() throws {
    var file = try VectorFile("families.bin")
    var differences = Differences()
    while !file.isAtEnd {
      let cell = try #require(HexCell(rawValue: file.read()))
      let resolution = Int(file.read(UInt8.self))
      if resolution <= cell.resolution {
        let parent = cell.parent(at: resolution)
        differences.check(parent?.rawValue == file.read(UInt64.self), "parent of \(cell) at \(resolution)")
        continue
      }
      let center = cell.centerChild(at: resolution)
      differences.check(center?.rawValue == file.read(UInt64.self), "centre child of \(cell) at \(resolution)")
      let children = try cell.children(at: resolution)
      let count = Int(file.read(UInt32.self))
      differences.check(children.count == count, "count of children of \(cell) at \(resolution)")
      differences.check(cell.childCount(at: resolution) == count, "child count of \(cell) at \(resolution)")
      differences.check(
        hash(of: children.map(\.rawValue)) == file.read(UInt64.self), "children of \(cell) at \(resolution)")
      differences.check(children == children.sorted(), "order of the children of \(cell)")
    }
    #expect(differences.count == 0, "\(differences)")
    #expect(differences.checked > 10_000)
  }

  @Test("Resolutions on the wrong side give nothing")
  func wrongSide() throws {
    let cell = try #require(HexCell("8828308281fffff"))
    #expect(cell.parent(at: 9) == nil)
    #expect(cell.parent(at: -1) == nil)
    #expect(cell.parent(at: 8) == cell)
    #expect(cell.centerChild(at: 7) == nil)
    #expect(cell.centerChild(at: 16) == nil)
    #expect(try cell.children(at: 8) == [cell])
    #expect(throws: HexGridError.resolutionOutOfRange) { try cell.children(at: 7) }
    #expect(throws: HexGridError.resolutionOutOfRange) { try cell.children(at: 16) }
  }

  @Test("Absurdly many children are refused")
  func tooMany() throws {
    let cell = HexCell.resolution0Cells[0]
    #expect(throws: HexGridError.tooManyCells) { try cell.children(at: 9) }
    #expect(cell.childCount(at: 15) == 4_747_561_509_943)
  }
}
