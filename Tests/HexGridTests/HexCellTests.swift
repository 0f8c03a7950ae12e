import HexGrid
import Testing

@Suite("HexCell")
struct HexCellTests {
  @Test("A cell takes eight bytes")
  func size() {
    #expect(MemoryLayout<HexCell>.size == 8)
  }

  @Test("Random and damaged indexes are cells exactly when H3 says so")
  func validity() throws {
    var file = try VectorFile("validity.bin")
    var differences = Differences()
    while !file.isAtEnd {
      let raw = file.read(UInt64.self)
      let isValid = file.read(UInt8.self) == 1
      differences.check((HexCell(rawValue: raw) != nil) == isValid, String(raw, radix: 16))
    }
    #expect(differences.count == 0, "\(differences)")
    #expect(differences.checked == 12_000)
  }

  @Test("Text, resolution, base cell and kind")
  func texts() throws {
    let lines = try VectorFile("texts.txt").text.split(separator: "\n")
    #expect(lines.count == 160)
    for line in lines {
      let fields = line.split(separator: " ")
      let text = String(fields[0])
      let cell = try #require(HexCell(text))
      #expect(cell.description == text)
      #expect(HexCell(text.uppercased()) == cell)
      #expect(HexCell("0" + text) == cell)
      #expect(String(cell.resolution) == fields[1])
      #expect(String(cell.baseCell) == fields[2])
      #expect((cell.isPentagon ? "1" : "0") == fields[3])
    }
  }

  @Test(
    "Text that is not a cell",
    arguments: [
      "", "8", "8828308281ffff", "8828308281fffff0", "0x8828308281fffff", " 8828308281fffff", "8828308281fffff ",
      "8828308281ffffg", "-828308281fffff", "+828308281fffff", "ffffffffffffffff", "000000000000000",
      "8828308281fffff8828308281fffff", "８８２８３０８２８１ｆｆｆｆｆ",
    ])
  func notATextOfACell(text: String) {
    #expect(HexCell(text) == nil)
  }

  @Test("Cells of resolution 0 and pentagons")
  func listed() {
    #expect(HexCell.resolution0Cells.count == 122)
    #expect(HexCell.resolution0Cells.map(\.baseCell) == Array(0..<122))
    for resolution in 0...15 {
      let pentagons = HexCell.pentagons(at: resolution)
      #expect(pentagons.count == 12)
      #expect(pentagons.allSatisfy { $0.isPentagon && $0.resolution == resolution })
      #expect(pentagons.allSatisfy { HexCell(rawValue: $0.rawValue) == $0 })
    }
    #expect(HexCell.pentagons(at: 16).isEmpty)
    #expect(HexCell.pentagons(at: -1).isEmpty)
  }
}
