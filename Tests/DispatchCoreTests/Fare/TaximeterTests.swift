import DispatchCore
import HexGrid
import Testing

@Suite("Taximeter")
struct TaximeterTests {
  private let slowBelow: Int64 = 5_364_480
  private let end = Samples.at(100_000)

  /// A car that goes east at a speed, a position every ten seconds.
  private func drive(_ metersPerSecond: Double, seconds: Int, from start: Int = 0, meters: Double = 0) -> [Taximeter.Fix] {
    stride(from: 0, through: seconds, by: 10).map { second in
      let east = meters + metersPerSecond * Double(second)
      return Taximeter.Fix(
        time: Samples.at(start + second), point: GeoPoint(latitude: 0, longitude: east / 111_195.08))
    }
  }

  private func read(_ fixes: [Taximeter.Fix]) -> Taximeter.Report {
    Taximeter.read(fixes, from: Samples.start, to: end, slowBelow: slowBelow)
  }

  @Test("Fast, distance counts; slow, time does")
  func speeds() {
    let fast = read(drive(10, seconds: 600))
    #expect(fast.reading.slowMilliseconds == 0 && abs(fast.reading.fastMicrometers - 6_000_000_000) < 20_000_000)
    let slow = read(drive(2, seconds: 600))
    #expect(slow.reading == MeterReading(fastMicrometers: 0, slowMilliseconds: 600_000))
    #expect(abs(slow.micrometers - 1_200_000_000) < 5_000_000)
    let standing = read(drive(0, seconds: 600))
    #expect(standing.reading.slowMilliseconds == 600_000 && standing.micrometers == 0)
  }

  @Test("Duplicates, disorder, jumps, wrong clocks and impossible places change nothing, or next to nothing")
  func faults() throws {
    var random = SeededRandom(seed: 51)
    for _ in 0..<2_000 {
      let speed = Double(random.below(25))
      let clean = drive(speed, seconds: 900)
      let expected = read(clean)
      var dirty = clean + (0..<random.below(20)).map { _ in clean[random.below(clean.count)] }
      let jumps = random.below(4)
      for index in 0..<jumps {
        // Far apart, so that they do not outvote anybody.
        let second = 95 + index * 200 + random.below(9)
        dirty.append(.init(time: Samples.at(second), point: GeoPoint(latitude: 1 + Double(index), longitude: 3)))
      }
      dirty.append(.init(time: Samples.at(-500), point: GeoPoint(latitude: 50, longitude: 8)))
      dirty.append(.init(time: Samples.at(200_000), point: GeoPoint(latitude: 50, longitude: 8)))
      dirty.append(.init(time: Samples.at(33), point: GeoPoint(latitude: .nan, longitude: 8)))
      let report = read(dirty.shuffled(using: &random))
      #expect(report.reading == expected.reading)
      #expect(report.ignored >= jumps + 3)
    }
  }

  @Test("A gap is a straight way at its mean speed")
  func gaps() {
    let fixes = drive(10, seconds: 600).filter { $0.time <= Samples.at(100) || $0.time >= Samples.at(400) }
    let report = read(fixes)
    #expect(report.gaps == 1)
    #expect(abs(report.reading.fastMicrometers - 6_000_000_000) < 20_000_000)
  }

  @Test("A first position that was wrong is outvoted by those that follow")
  func wrongStart() {
    var fixes = drive(10, seconds: 600)
    fixes[0].point = GeoPoint(latitude: 30, longitude: 30)
    let report = read(fixes)
    #expect(abs(report.reading.fastMicrometers - 5_900_000_000) < 20_000_000)
  }

  @Test("Units: whole ones of distance and time together; estimates lie within their bounds and never fall")
  func units() throws {
    var random = SeededRandom(seed: 52)
    let tariff = try Tariff(
      TariffDocument(fields: [
        ("id", "t"), ("region", "nyc"), ("currency", "USD"), ("timeZone", "UTC"), ("validFrom", "2000-01-01"),
        ("meter.initial", "2.50"), ("meter.unit", "0.50"), ("meter.unitDistance", "0.2 mi"), ("meter.unitTime", "60 s"),
        ("meter.slowBelow", "12 mph"), ("meter.estimate.moving", "26 mph"), ("meter.estimate.creeping", "4 mph"),
      ]))
    let meter = try #require(tariff.meter)
    #expect(meter.units(MeterReading(fastMicrometers: FareUnits.mileMicrometers, slowMilliseconds: 90_000)) == 6)
    for _ in 0..<100_000 {
      let way = Int64(random.below(40_000)) * FareUnits.mileMicrometers / 1_000
      let time = Int64(random.below(7_200_000))
      let units = meter.estimatedUnits(micrometers: way, milliseconds: time)
      let (low, high) = (max(way / meter.unitMicrometers, time / 60_000), way / meter.unitMicrometers + time / 60_000 + 1)
      guard units >= low, units <= high,
        meter.estimatedUnits(micrometers: way + Int64(random.below(400_000_000)), milliseconds: time) >= units,
        meter.estimatedUnits(micrometers: way, milliseconds: time + Int64(random.below(90_000))) >= units
      else {
        Issue.record("\(units) units for \(way) µm and \(time) ms")
        return
      }
    }
  }
}
