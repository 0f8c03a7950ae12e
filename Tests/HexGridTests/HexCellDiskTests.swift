import HexGrid
import Testing

@Suite("Disks, rings and distances")
struct HexCellDiskTests {
  @Test("Disks and rings of hexagons and around all pentagons")
  func disks() throws {
    var file = try VectorFile("disks.bin")
    var differences = Differences()
    while !file.isAtEnd {
      let origin = try #require(HexCell(rawValue: file.read()))
      let radius = Int(file.read(UInt8.self))
      let disk = origin.diskWithDistances(radius: radius)
      differences.check(disk.first?.cell == origin, "first of the disk of \(origin)")
      differences.check(Set(disk.map(\.cell)).count == disk.count, "cells come twice around \(origin)")
      differences.check(disk.map(\.cell) == origin.disk(radius: radius), "disk(radius:) of \(origin)")
      for distance in 0...radius {
        let (count, expected) = (Int(file.read(UInt32.self)), file.read(UInt64.self))
        let cells = disk.filter { $0.distance == distance }.map(\.cell.rawValue)
        differences.check(
          cells.count == count && hash(of: cells) == expected,
          "disk of \(origin) at \(distance): \(cells.count) \(count)")
        let ring = origin.ring(radius: distance).map(\.rawValue)
        differences.check(
          ring.count == count && hash(of: ring) == expected,
          "ring of \(origin) at \(distance): \(ring.count) \(count)")
      }
    }
    #expect(differences.count == 0, "\(differences)")
    #expect(differences.checked > 15_000)
  }

  @Test("Distances, and no distance where H3 reports an error")
  func distances() throws {
    var file = try VectorFile("distances.bin")
    var differences = Differences()
    while !file.isAtEnd {
      let a = try #require(HexCell(rawValue: file.read()))
      let b = try #require(HexCell(rawValue: file.read()))
      let expected = file.read(Int32.self)
      let actual = a.distance(to: b)
      differences.check(actual ?? -1 == Int(expected), "\(a) \(b): \(expected) \(actual ?? -1)")
    }
    #expect(differences.count == 0, "\(differences)")
    #expect(differences.checked > 11_000)
  }

  @Test("Neighbors: five around a pentagon, six elsewhere, and each is the other's")
  func neighbors() {
    for resolution in 0...15 {
      for pentagon in HexCell.pentagons(at: resolution) {
        #expect(pentagon.neighbors.count == 5)
        for neighbor in pentagon.neighbors {
          #expect(neighbor.neighbors.count == 6)
          #expect(neighbor.neighbors.contains(pentagon))
        }
      }
    }
  }

  @Test("A wide disk has every cell once, and the same order on every call")
  func wide() throws {
    let cell = try #require(HexCell("8928308280fffff"))
    let disk = cell.disk(radius: 100)
    #expect(disk.count == 30_301)
    #expect(Set(disk).count == disk.count)
    #expect(disk == cell.disk(radius: 100))
    #expect(cell.ring(radius: 100) == Array(disk.suffix(600)))
  }

  @Test("A disk over the whole globe at resolution 1")
  func globe() {
    #expect(HexCell.pentagons(at: 1)[0].disk(radius: 40).count == 842)
  }

  @Test("Radii out of range give no cells", arguments: [-1, Int.min, HexCell.maximumRadius + 1, Int.max])
  func radiusOutOfRange(radius: Int) throws {
    let cell = try #require(HexCell("8928308280fffff"))
    #expect(cell.disk(radius: radius).isEmpty)
    #expect(cell.diskWithDistances(radius: radius).isEmpty)
    #expect(cell.ring(radius: radius).isEmpty)
  }
}
