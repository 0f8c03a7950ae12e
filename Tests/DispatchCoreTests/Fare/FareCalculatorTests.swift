import DispatchCore
import Testing

@Suite("Fares")
struct FareCalculatorTests {
  private func tariff(
    base: Int64, kilometer: Int64, minute: Int64, minimum: Int64 = 0, more: [(String, String)] = []
  ) -> Tariff {
    Tariff.plain(
      id: TariffID(trusted: "t"), region: Samples.region, vehicleClass: .standard, base: base, perKilometer: kilometer,
      perMinute: minute, minimum: minimum, commissionBasisPoints: 2_500, more: more)
  }

  private func fare(_ tariff: Tariff, _ meters: Int, _ seconds: Int, _ surge: Int = 10) -> FareBreakdown {
    var trip = FareTrip(
      from: Samples.pickup, to: Samples.dropoff, at: Samples.start, meters: meters, seconds: seconds)
    trip.surgeTenths = surge
    return FareCalculator.fare(tariff, trip)
  }

  private func lines(_ fare: FareBreakdown) -> [String] { fare.lines.map { "\($0.name) \($0.minorUnits)" } }

  private func total(_ tariff: Tariff, _ meters: Int, _ seconds: Int, _ surge: Int = 10) -> Int64 {
    fare(tariff, meters, seconds, surge).total.minorUnits
  }

  @Test("A known ride costs what the tariff says, line by line")
  func known() {
    let tariff = Tariff.standard(region: Samples.region, vehicleClass: .standard)
    let fare = fare(tariff, 4_120, 610, 15)
    // 4.12 km × 105 = 432.6; 610 s × 31 / 60 = 315.17; half of 255 + 433 + 315 = 501.5.
    #expect(lines(fare) == ["base 255", "distance 433", "time 315", "surge 502"])
    #expect(fare.lines.map(\.rule) == ["base", "distance", "time", "surge"])
    #expect(fare.lines[1].inputs == [.init("distance", "4.12 km"), .init("rate", "1.05 USD per 1 km")])
    #expect(fare.total == Money(minorUnits: 1_505, currency: .usd))
  }

  @Test("Short rides are lifted to the minimum by a line of its own")
  func minimum() {
    let tariff = Tariff.standard(region: Samples.region, vehicleClass: .standard)
    let fare = fare(tariff, 0, 0)
    #expect(fare.total.minorUnits == 700)
    #expect(lines(fare).last == "minimum 445")
    // Surge comes first: the minimum is no base for it.
    #expect(total(tariff, 0, 0, 20) == 700)
    #expect(total(tariff, 0, 0, 30) == 765)
  }

  @Test("Halves are rounded up, once per line")
  func rounding() {
    let half = tariff(base: 0, kilometer: 1, minute: 1)
    #expect(total(half, 499, 0) == 0)
    #expect(total(half, 500, 0) == 1)
    #expect(total(half, 0, 29) == 0)
    #expect(total(half, 0, 30) == 1)
    #expect(total(half, 500, 30) == 2)
  }

  @Test("Ways, times and surges beyond the limits cost what the limits cost")
  func clamps() {
    let tariff = Tariff.standard(region: Samples.region, vehicleClass: .large)
    #expect(total(tariff, -1, -1, -1) == total(tariff, 0, 0, 10))
    #expect(total(tariff, .min, .min, .min) == total(tariff, 0, 0, 10))
    let most = total(tariff, 2_000_000, 604_800, 100)
    #expect(total(tariff, .max, .max, .max) == most)
    #expect(
      total(tariff, 2_000_000 + 1, 604_800 + 1, 101) == most)
  }

  @Test("A share is the exact part, rounded half up, for any amount")
  func shares() {
    var random = SeededRandom(seed: 13)
    let amounts: [Int64] =
      [0, 1, 2, 3, 9_999, 10_000, 10_001] + (0..<2_000).map { _ in Int64(random.below(1_000_000_000_000)) }
    for amount in amounts {
      let points = Int64(random.below(10_001))
      let exact = (Int128(amount) * Int128(points) + 5_000) / 10_000
      #expect(Int128(FareCalculator.share(of: amount, basisPoints: points)) == exact)
    }
    #expect(FareCalculator.share(of: 1_000, basisPoints: -5) == 0)
    #expect(FareCalculator.share(of: 1_000, basisPoints: .max) == 1_000)
  }

  @Test("Larger cars cost more than standard ones; every class has its own tariff")
  func classes() {
    let tariffs = VehicleClass.allCases.map { Tariff.standard(region: Samples.region, vehicleClass: $0) }
    #expect(Set(tariffs.map(\.id)).count == VehicleClass.allCases.count)
    #expect(total(tariffs[1], 5_000, 600) > total(tariffs[0], 5_000, 600))
    #expect(total(tariffs[2], 5_000, 600) > total(tariffs[1], 5_000, 600))
    for vehicleClass in VehicleClass.allCases { #expect(VehicleClass(name: vehicleClass.name) == vehicleClass) }
    #expect(VehicleClass(name: "Standard") == nil)
  }

  @Test("Waiting, fees, taxes, tolls, promotion and tip each have a line of their kind")
  func everything() {
    let tariff = tariff(
      base: 300, kilometer: 100, minute: 0,
      more: [
        ("waiting.free", "2 min"), ("waiting.perMinute", "0.35"), ("bookingFee", "1.95"), ("taxes.0.name", "city"),
        ("taxes.0.percent", "3.25"), ("promotions.0.code", "P"), ("promotions.0.percent", "20"),
        ("promotions.0.maximum", "1.50"), ("tips.maximum", "5"),
      ])
    var trip = FareTrip(from: Samples.pickup, to: Samples.dropoff, at: Samples.start, meters: 10_000, seconds: 600)
    trip.waitingMilliseconds = 300_000
    trip.tollMinorUnits = 800
    trip.promotion = "P"
    trip.tipMinorUnits = 900
    let fare = FareCalculator.fare(tariff, trip)
    // 3.25 % of 300 + 1,000 + 105 + 195 is 52.
    #expect(
      lines(fare) == [
        "base 300", "distance 1000", "time 0", "waiting 105", "bookingFee 195", "tolls 800", "city 52", "promotion -150",
        "tip 500",
      ])
    #expect(
      fare.lines.map(\.kind) == [.fare, .fare, .fare, .fare, .fee, .toll, .tax, .promotion, .tip])
    for line in fare.lines {
      #expect(FareBreakdown.Line(name: line.name, minorUnits: line.minorUnits, detail: line.detail) == line)
    }
  }
}
