import DispatchCore
import Testing

@Suite("Fares")
struct FareCalculatorTests {
  private func tariff(
    base: Int64, kilometer: Int64, minute: Int64, minimum: Int64 = 0, commission: Int64 = 2_500
  ) -> Tariff {
    Tariff(
      id: TariffID(trusted: "t"), region: Samples.region, vehicleClass: .standard, currency: .usd,
      validFrom: Samples.start, baseMinorUnits: base, perKilometerMinorUnits: kilometer, perMinuteMinorUnits: minute,
      minimumMinorUnits: minimum, commissionBasisPoints: commission)
  }

  private func randomTariff(_ random: inout SeededRandom) -> Tariff {
    tariff(
      base: Int64(random.below(1_000)), kilometer: Int64(random.below(500)), minute: Int64(random.below(200)),
      minimum: Int64(random.below(2_000)))
  }

  private func total(_ tariff: Tariff, _ meters: Int, _ seconds: Int, _ surge: Int = 10) -> Int64 {
    FareCalculator.fare(tariff, distanceMeters: meters, durationSeconds: seconds, surgeTenths: surge).total.minorUnits
  }

  @Test("A known ride costs what the tariff says, line by line")
  func known() {
    let tariff = Tariff.standard(region: Samples.region, vehicleClass: .standard)
    let fare = FareCalculator.fare(tariff, distanceMeters: 4_120, durationSeconds: 610, surgeTenths: 15)
    // 4.12 km × 105 = 432.6; 610 s × 31 / 60 = 315.17; half of 255 + 433 + 315 = 501.5.
    #expect(
      fare.lines == [
        .init(name: "base", minorUnits: 255), .init(name: "distance", minorUnits: 433),
        .init(name: "time", minorUnits: 315), .init(name: "surge", minorUnits: 502),
      ])
    #expect(fare.total == Money(minorUnits: 1_505, currency: .usd))
  }

  @Test("Short rides are lifted to the minimum by a line of its own")
  func minimum() {
    let tariff = Tariff.standard(region: Samples.region, vehicleClass: .standard)
    let fare = FareCalculator.fare(tariff, distanceMeters: 0, durationSeconds: 0)
    #expect(fare.total.minorUnits == 700)
    #expect(fare.lines.last == .init(name: "minimum", minorUnits: 445))
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

  @Test("The total is the sum of the lines, never negative, at least the minimum")
  func sums() {
    var random = SeededRandom(seed: 11)
    for _ in 0..<5_000 {
      let tariff = randomTariff(&random)
      let meters = random.below(60_000) - 1_000
      let fare = FareCalculator.fare(
        tariff, distanceMeters: meters, durationSeconds: random.below(9_000) - 500, surgeTenths: random.below(120))
      #expect(fare.total.minorUnits == fare.lines.reduce(0) { $0 + $1.minorUnits })
      #expect(fare.lines.allSatisfy { $0.minorUnits >= 0 })
      #expect(fare.total.minorUnits >= tariff.minimumMinorUnits)
      #expect(Set(fare.lines.map(\.name)).count == fare.lines.count)
      #expect(fare.total.currency == tariff.currency)
    }
  }

  @Test("A longer way, a longer time or a higher surge never costs less")
  func monotone() {
    var random = SeededRandom(seed: 12)
    for _ in 0..<5_000 {
      let tariff = randomTariff(&random)
      let (meters, seconds, surge) = (random.below(40_000), random.below(7_000), 10 + random.below(40))
      let fare = total(tariff, meters, seconds, surge)
      #expect(total(tariff, meters + random.below(2_000), seconds, surge) >= fare)
      #expect(total(tariff, meters, seconds + random.below(900), surge) >= fare)
      #expect(total(tariff, meters, seconds, surge + random.below(10)) >= fare)
    }
  }

  @Test("Ways, times and surges beyond the limits cost what the limits cost")
  func clamps() {
    let tariff = Tariff.standard(region: Samples.region, vehicleClass: .large)
    #expect(total(tariff, -1, -1, -1) == total(tariff, 0, 0, 10))
    #expect(total(tariff, .min, .min, .min) == total(tariff, 0, 0, 10))
    let most = total(tariff, FareCalculator.maximumDistanceMeters, FareCalculator.maximumDurationSeconds, 100)
    #expect(total(tariff, .max, .max, .max) == most)
    #expect(
      total(tariff, FareCalculator.maximumDistanceMeters + 1, FareCalculator.maximumDurationSeconds + 1, 101) == most)
  }

  @Test("No tariff, however wrong, overflows or charges less than nothing")
  func extremes() {
    let prices: [Int64] = [.min, -1, 0, 1, 1_000_000_000_000, .max]
    for base in prices {
      for kilometer in prices {
        for minimum in prices {
          let wild = tariff(base: base, kilometer: kilometer, minute: kilometer, minimum: minimum)
          for (meters, seconds, surge) in [(0, 0, 10), (.max, .max, .max), (1_500, 600, 25)] {
            let fare = FareCalculator.fare(
              wild, distanceMeters: meters, durationSeconds: seconds, surgeTenths: surge)
            #expect(fare.lines.allSatisfy { $0.minorUnits >= 0 })
            #expect(fare.total.minorUnits >= 0)
          }
        }
      }
    }
  }

  @Test("A share is the exact part, rounded half up, for any amount")
  func shares() {
    var random = SeededRandom(seed: 13)
    let amounts: [Int64] =
      [0, 1, 2, 3, 9_999, 10_000, 10_001, .max] + (0..<2_000).map { _ in Int64(random.below(.max)) }
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
}
