import DispatchCore
import Testing

@Suite("Fares, whatever the tariff", .timeLimit(.minutes(8)))
struct FarePropertyTests {
  private func total(_ tariff: Tariff, _ trip: FareTrip) -> Int64 { FareCalculator.fare(tariff, trip).total.minorUnits }

  @Test("200,000 fares: the total is the sum of the lines, never negative; more way, time, waiting or surge never costs less")
  func sumsAndOrder() throws {
    var random = SeededRandom(seed: 41)
    for _ in 0..<4_000 {
      let tariff = try RandomTariff.make(&random)
      for _ in 0..<50 {
        let trip = RandomTariff.trip(&random)
        let fare = FareCalculator.fare(tariff, trip)
        let sum = fare.lines.reduce(0) { $0 + $1.minorUnits }
        guard fare.total.minorUnits == sum, sum >= 0, Set(fare.lines.map(\.name)).count == fare.lines.count else {
          Issue.record("\(fare) of \(tariff.document.text)")
          return
        }
        var longer = trip
        switch random.below(4) {
        case 0: longer.micrometers += Int64(random.below(3_000_000_000))
        case 1: longer.milliseconds += Int64(random.below(600_000))
        case 2: longer.waitingMilliseconds += Int64(random.below(300_000))
        default: longer.surgeTenths += random.below(10)
        }
        guard total(tariff, longer) >= sum else {
          Issue.record("\(longer) costs less than \(trip) by \(tariff.document.text)")
          return
        }
      }
    }
  }

  @Test("100,000 prices: a band that is split at any point, with the same rate on both sides, changes nothing")
  func bands() throws {
    var random = SeededRandom(seed: 42)
    func tariff(_ bands: [(Int, String)]) throws -> Tariff {
      try Tariff(
        TariffDocument(
          fields: [
            ("id", "t"), ("region", "sf"), ("currency", "USD"), ("timeZone", "UTC"), ("validFrom", "2000-01-01"),
            ("distance.per", "1 km"),
          ]
            + bands.enumerated().flatMap { index, band in
              [("distance.bands.\(index).from", "\(band.0) m"), ("distance.bands.\(index).rate", band.1)]
            }))
    }
    for _ in 0..<2_000 {
      var bands = [(0, RandomTariff.rate(&random))]
      for _ in 0..<random.below(4) {
        bands.append(((bands.last?.0 ?? 0) + 2 + random.below(9_000), RandomTariff.rate(&random)))
      }
      let place = random.below(bands.count)
      let end = place + 1 < bands.count ? bands[place + 1].0 : bands[place].0 + 20_000
      var split = bands
      split.insert((bands[place].0 + 1 + random.below(end - bands[place].0 - 1), bands[place].1), at: place + 1)
      let (whole, parts) = (try tariff(bands), try tariff(split))
      for _ in 0..<50 {
        var trip = RandomTariff.trip(&random)
        trip.surgeTenths = 10
        #expect(total(whole, trip) == total(parts, trip))
      }
    }
  }

  @Test("100,000 settlements: every entry balances, and what came in is what was shared out")
  func settlements() throws {
    var random = SeededRandom(seed: 43)
    let (ride, _) = try Samples.ride(in: .completed)
    for _ in 0..<2_000 {
      let tariff = try RandomTariff.make(&random)
      for _ in 0..<50 {
        let trip = RandomTariff.trip(&random)
        let charge = FareCalculator.fare(tariff, trip)
        let floor =
          tariff.driverPay?.floorMinorUnits(
            micrometers: trip.micrometers, milliseconds: trip.milliseconds, currency: .usd, rounding: tariff.rounding) ?? 0
        let settlement = try #require(
          Settlement(
            ride: ride, charge: charge, commissionBasisPoints: tariff.commissionBasisPoints, rounding: tariff.rounding,
            floorMinorUnits: floor, time: Samples.at(50)))
        var sums: [LedgerAccount: Int64] = [:]
        for entry in settlement.entries {
          guard entry.postings.reduce(0, { $0 + $1.minorUnits }) == 0 else {
            Issue.record("\(entry)")
            return
          }
          for posting in entry.postings { sums[posting.account, default: 0] += posting.minorUnits }
        }
        let paid = charge.total.minorUnits - charge.sum(.promotion) + settlement.topUpMinorUnits
        let shared =
          settlement.payoutMinorUnits + settlement.commissionMinorUnits + charge.sum(.tax) + charge.sum(.toll)
        guard paid == shared, sums[.fares] == 0, sums[.rider(ride.rider)] == charge.total.minorUnits,
          settlement.payoutMinorUnits - charge.sum(.tip) >= floor, sums.values.reduce(0, +) == 0
        else {
          Issue.record("\(settlement)")
          return
        }
      }
    }
  }

  @Test("Any order of any number of adjustments, each as often as it comes, gives the same balances")
  func adjustments() throws {
    var random = SeededRandom(seed: 44)
    let (ride, _) = try Samples.ride(in: .completed)
    let driver = try #require(ride.driver)
    for _ in 0..<2_000 {
      let charge = FareBreakdown(lines: [.init(name: "base", minorUnits: 2_000)], currency: .usd)
      let settlement = try #require(
        Settlement(ride: ride, charge: charge, commissionBasisPoints: 2_500, time: Samples.at(50)))
      let changes = (0..<random.below(6)).map { index in
        LedgerAdjustment(
          ride: ride.id, kind: LedgerAdjustment.Kind.allCases[random.below(4)], key: "\(index)",
          minorUnits: 1 + Int64(random.below(2_000)), reason: nil, time: Samples.at(60))
      }
      func books(_ changes: [LedgerAdjustment]) throws -> [String: LedgerEntry] {
        var books: [String: LedgerEntry] = [:]
        for entry in settlement.entries { books[entry.id] = entry }
        for change in changes {
          for entry in try change.entries(rider: ride.rider, driver: driver, settlement: settlement) {
            if let known = books[entry.id] { #expect(known == entry) }
            books[entry.id] = entry
          }
        }
        return books
      }
      let often = (changes + changes + changes).shuffled(using: &random)
      #expect(try books(changes) == books(often))
      #expect(try books(often).values.allSatisfy { $0.postings.reduce(0) { $0 + $1.minorUnits } == 0 })
    }
  }

  @Test("Halves: up, or to the even neighbour; all else to the nearer one")
  func rounding() {
    var random = SeededRandom(seed: 45)
    for (numerator, up, even) in [(1, 1, 0), (3, 2, 2), (5, 3, 2), (7, 4, 4), (4, 2, 2)] as [(Int128, Int64, Int64)] {
      #expect(Rounding.halfUp.minorUnits(numerator, 2) == up)
      #expect(Rounding.halfEven.minorUnits(numerator, 2) == even)
    }
    for _ in 0..<100_000 {
      let denominator = Int128(1 + random.below(1_000_000))
      let numerator = Int128(random.below(1 << 40))
      for rounding in Rounding.allCases {
        let result = Int128(rounding.minorUnits(numerator, denominator))
        let distance = abs(result * denominator - numerator)
        guard distance * 2 <= denominator else {
          Issue.record("\(numerator) / \(denominator) is not \(result)")
          return
        }
      }
    }
    #expect(Rounding.halfUp.minorUnits(.max, 1) == Rounding.maximumMinorUnits)
  }
}
