import Testing

@testable import HexGrid

@Suite("Position to cell")
struct HexCellPositionTests {
  @Test("120,000 random positions at all resolutions")
  func randomPositions() throws {
    var file = try VectorFile("random-positions.bin")
    var random = SplitMix(state: 2024)
    var differences = Differences()
    var index = 0
    while !file.isAtEnd {
      let point = GeoPoint(latitude: random.uniform(-90, 90), longitude: random.uniform(-180, 180))
      let expected = file.read(UInt64.self)
      let actual = HexCell(point, resolution: index % 16)
      differences.check(actual?.rawValue == expected, "\(point) \(String(expected, radix: 16))")
      index += 1
    }
    #expect(differences.count == 0, "\(differences)")
    #expect(differences.checked == 120_000)
  }

  @Test("Poles, antimeridian, face centres, close to edges and corners, around pentagons, beyond the usual range")
  func specialPositions() throws {
    try compare("special-positions.bin") { HexCell($0, resolution: $1) }
  }

  #if arch(x86_64) && canImport(Glibc)
    // Other processors and C libraries round differently.
    @Test("Corners as H3 computes them, where rounding alone decides")
    func edgePositions() throws {
      try compare("edge-positions.bin") { HexCell($0, resolution: $1) }
    }
  #endif

  @Test("H3's own order of operations alone gives the same cells")
  func exactProjection() throws {
    try compare("special-positions.bin") { HexCell(exactly: $0, resolution: $1) }
  }

  private func compare(_ name: String, cell: (GeoPoint, Int) -> HexCell?) throws {
    var file = try VectorFile(name)
    var differences = Differences()
    while !file.isAtEnd {
      let point = GeoPoint(latitude: file.readDouble(), longitude: file.readDouble())
      let expected = file.read(UInt64.self)
      let actual = cell(point, CellBits(expected).resolution)
      differences.check(
        actual?.rawValue == expected,
        "\(point.latitude) \(point.longitude): \(String(expected, radix: 16)) \(actual.map(\.description) ?? "nil")")
    }
    #expect(differences.count == 0, "\(differences)")
    #expect(differences.checked > 8_000)
  }

  @Test("Fast and exact projection agree wherever the fast one answers, which is nearly everywhere")
  func fastAgreesWithExact() {
    var random = SplitMix(state: 7)
    var differences = Differences()
    var answered = 0
    for index in 0..<100_000 {
      let point = GeoPoint(latitude: random.uniform(-90, 90), longitude: random.uniform(-180, 180))
      let resolution = index % 16
      guard let fast = FastProjection.address(of: point, resolution: resolution) else { continue }
      answered += 1
      let exact = ExactProjection.address(of: point, resolution: resolution)
      differences.check(fast.face == exact.face && fast.point == exact.point, "\(point) \(fast) \(exact)")
    }
    #expect(differences.count == 0, "\(differences)")
    #expect(answered > 99_900)
  }

  @Test(
    "Coordinates that are not finite have no cell",
    arguments: [(Double.nan, 0.0), (0.0, .nan), (.infinity, 0.0), (0.0, -.infinity), (.nan, .infinity)])
  func notFinite(latitude: Double, longitude: Double) {
    #expect(HexCell(GeoPoint(latitude: latitude, longitude: longitude), resolution: 8) == nil)
  }

  @Test("Resolutions outside 0...15 have no cells", arguments: [-1, 16, Int.min, Int.max])
  func resolutionOutOfRange(resolution: Int) {
    #expect(HexCell(GeoPoint(latitude: 0, longitude: 0), resolution: resolution) == nil)
  }

  @Test("Huge but finite coordinates do not trap", arguments: [1e3, 1e10, 1e100, -1e300, .greatestFiniteMagnitude])
  func huge(coordinate: Double) throws {
    for resolution in 0...15 {
      let point = GeoPoint(latitude: coordinate, longitude: -coordinate)
      let cell = try #require(HexCell(point, resolution: resolution))
      #expect(HexCell(rawValue: cell.rawValue) != nil)
    }
  }
}
