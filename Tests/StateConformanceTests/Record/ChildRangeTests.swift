import HexGrid
import Testing

@testable import PostgresState

struct ChildRangeTests {
  @Test(arguments: [0, 1, 4, 7, 8, 14, 15])
  func aCellAndItsChildrenLieInTheirRanges(_ resolution: Int) throws {
    for place in [0, 7, 133] {
      let cell = try #require(HexCell(Sample.point(place), resolution: resolution))
      let ranges = ChildRange.all(of: cell)
      #expect(ranges.count == 16 - resolution)
      #expect(ranges.first == ChildRange(first: Int64(cell.rawValue), last: Int64(cell.rawValue)))
      for finer in resolution...min(resolution + 4, 15) {
        let children = try cell.children(at: finer).map { Int64($0.rawValue) }
        let range = ranges[finer - resolution]
        #expect(children.allSatisfy { (range.first...range.last).contains($0) })
        #expect(children.min() == range.first)
      }
      // Neighbours and their children lie outside of all of them.
      for neighbor in cell.neighbors {
        for finer in resolution...min(resolution + 2, 15) {
          let strangers = try neighbor.children(at: finer).map { Int64($0.rawValue) }
          #expect(ranges.allSatisfy { range in strangers.allSatisfy { !(range.first...range.last).contains($0) } })
        }
      }
    }
  }
}
