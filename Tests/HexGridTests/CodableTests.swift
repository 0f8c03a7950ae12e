import Foundation
import HexGrid
import Testing

@Suite("JSON")
struct CodableTests {
  @Test("A cell is its text")
  func cell() throws {
    let cell = try #require(HexCell("8828308281fffff"))
    #expect(String(decoding: try JSONEncoder().encode([cell]), as: UTF8.self) == #"["8828308281fffff"]"#)
    #expect(try JSONDecoder().decode([HexCell].self, from: Data(#"["8828308281fffff"]"#.utf8)) == [cell])
  }

  @Test("What is not a cell is refused", arguments: [#"["88"]"#, "[613196570331971583]", "[null]"])
  func notACell(text: String) {
    #expect(throws: DecodingError.self) { try JSONDecoder().decode([HexCell].self, from: Data(text.utf8)) }
  }

  @Test("A point survives, and one out of range is refused")
  func point() throws {
    let point = GeoPoint(latitude: 37.7749, longitude: -122.4194)
    #expect(try JSONDecoder().decode(GeoPoint.self, from: JSONEncoder().encode(point)) == point)
    let text = #"{"latitude": 91, "longitude": 0}"#
    #expect(throws: DecodingError.self) { try JSONDecoder().decode(GeoPoint.self, from: Data(text.utf8)) }
  }
}
