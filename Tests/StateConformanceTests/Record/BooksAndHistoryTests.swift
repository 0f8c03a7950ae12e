import DispatchCore
import DispatchState
import HexGrid
import Testing

@Suite(.timeLimit(.minutes(8)))
struct TariffTests {
  @Test(arguments: RecordKind.available)
  func theLatestVersionInForceCounts(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      func tariff(
        _ id: String, _ seconds: Int, until end: Int? = nil, base: String = "2.55", region: RegionID = Sample.sf
      ) throws -> Tariff {
        let utc = try #require(CivilTimeZone("UTC"))
        func text(_ seconds: Int) -> String {
          let local = utc.local(Sample.time(seconds))
          let parts = [local.secondOfDay / 3_600, local.secondOfDay / 60 % 60, local.secondOfDay % 60]
          return "\(local.day)T" + parts.map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
        }
        return try Tariff(
          TariffDocument(
            fields: [
              ("id", id), ("region", region.text), ("vehicleClass", "large"), ("currency", "USD"), ("timeZone", "UTC"),
              ("validFrom", text(seconds)), ("base", base),
            ] + (end.map { [("validUntil", text($0))] } ?? [])))
      }
      func inForce(_ seconds: Int, _ vehicleClass: VehicleClass = .large) async throws -> String? {
        try await record.tariff(region: Sample.sf, vehicleClass: vehicleClass, at: Sample.time(seconds))?.id.text
      }
      for (id, seconds) in [("b", 100), ("a", 100), ("c", 200)] { try await record.add(tariff(id, seconds)) }
      try await record.add(tariff("e", 300, until: 400))
      try await record.add(tariff("z", 0, region: Sample.nyc))
      #expect(try await inForce(99) == nil)
      #expect(try await inForce(100) == "b")
      #expect(try await inForce(199) == "b")
      #expect(try await inForce(200) == "c")
      #expect(try await inForce(999, .standard) == nil)
      #expect(try await inForce(399) == "e")
      #expect(try await inForce(400) == "c", "whose end has come is in force no more")

      let kept = try await record.add(tariff("c", 150, base: "1"))
      #expect(kept == (try tariff("c", 200)), "a version never changes")
      #expect(try await record.tariff(TariffID(trusted: "c")) == tariff("c", 200))
      #expect(try await record.tariffs(in: Sample.sf).map(\.id.text) == ["a", "b", "c", "e"])
      #expect(try await record.tariffs(in: nil).map(\.id.text).contains("z"))
      #expect(try await record.tariff(TariffID(trusted: "d")) == nil)
    }
  }
}

@Suite(.timeLimit(.minutes(8)))
struct ZoneHistoryTests {
  func load(_ cell: HexCell, _ base: Int) -> ZoneLoad {
    var load = ZoneLoad(cell: cell)
    (load.demand, load.supply, load.idle) = (base, base * 2, base * 3)
    (load.openRequests, load.completed) = (base * 4, base * 5)
    return load
  }

  @Test(arguments: RecordKind.available)
  func aSeriesIsOneLoadPerMoment(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      let (here, there) = (try Sample.cell(0), try Sample.cell(200))
      #expect(here != there)
      for minute in [3, 1, 2] {
        try await record.append(
          [load(here, minute), load(there, 100)], in: Sample.sf, at: Sample.time(minute * 60))
      }
      try await record.append([load(there, 7)], in: Sample.sf, at: Sample.time(240))
      let series = try await record.loads(of: here, from: Sample.time(0), to: Sample.time(999))
      #expect(series.map(\.time) == [60, 120, 180].map(Sample.time))
      #expect(series.map(\.load) == [1, 2, 3].map { load(here, $0) })
      // The first moment counts, the last does not.
      let part = try await record.loads(of: here, from: Sample.time(60), to: Sample.time(180))
      #expect(part.map(\.load.demand) == [1, 2])
      #expect(try await record.loads(of: here, from: Sample.time(180), to: Sample.time(180)).isEmpty)
    }
  }

  @Test(arguments: RecordKind.available)
  func aSecondCountReplacesTheFirst(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      let (here, there) = (try Sample.cell(0), try Sample.cell(200))
      let moment = Sample.time(60)
      try await record.append([load(here, 1), load(there, 2)], in: Sample.sf, at: moment)
      try await record.append([load(here, 9)], in: Sample.sf, at: moment)
      func demand(_ cell: HexCell) async throws -> [Int] {
        try await record.loads(of: cell, from: moment, to: moment.advanced(bySeconds: 1)).map(\.load.demand)
      }
      #expect(try await demand(here) == [9])
      #expect(try await demand(there).isEmpty)
      // Another region's count of the same zone is another count.
      try await record.append([load(here, 5)], in: Sample.nyc, at: moment)
      #expect(try await demand(here) == [14])
      try await record.append([], in: Sample.sf, at: moment)
      #expect(try await demand(here) == [5])
    }
  }

  @Test(arguments: RecordKind.available)
  func coarserCellsSumTheirChildren(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      let cells = Set(try (0..<400).map(Sample.cell)).sorted()
      let loads = cells.enumerated().map { load($1, $0 + 1) }
      try await record.append(loads, in: Sample.sf, at: Sample.time(60))
      for resolution in 0...8 {
        let groups = Dictionary(grouping: loads) { $0.cell.parent(at: resolution) }
        for (parent, members) in groups {
          let parent = try #require(parent)
          let found = try await record.loads(of: parent, from: Sample.time(0), to: Sample.time(99))
          let total = members.reduce(0) { $0 + $1.demand }
          #expect(found.map(\.load) == [load(parent, total)])
        }
      }
      let finer = try #require(HexCell(Sample.point(0), resolution: 9))
      #expect(try await record.loads(of: finer, from: Sample.time(0), to: Sample.time(99)).isEmpty)
    }
  }

  @Test(arguments: RecordKind.available)
  func twoCountsOfOneMomentAtOnceBothSucceed(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      let cells = Set(try (0..<400).map(Sample.cell)).sorted()
      _ = try await concurrently(10) { number in
        try await record.append(
          cells.map { load($0, number + 1) }, in: Sample.sf, at: Sample.time(60))
      }
      let demands = try await concurrently(cells.count) { index in
        try await record.loads(of: cells[index], from: Sample.time(60), to: Sample.time(61)).map(\.load.demand)
      }
      #expect(demands.allSatisfy { $0.count == 1 && (1...10).contains($0[0]) })
    }
  }
}

@Suite(.timeLimit(.minutes(8)))
struct ClockStoreTests {
  @Test(arguments: RecordKind.available)
  func theLastSettingIsKept(_ kind: RecordKind) async throws {
    try await kind.withRecord { record in
      #expect(try await record.clockSetting() == nil)
      for rate in [60.0, 0, 0.1 + 0.2, 99_999.5] {
        let setting = ClockSetting(city: Sample.start, real: Timestamp(unixMilliseconds: .max), rate: rate)
        try await record.keep(setting)
        #expect(try await record.clockSetting() == setting)
      }
    }
  }
}
