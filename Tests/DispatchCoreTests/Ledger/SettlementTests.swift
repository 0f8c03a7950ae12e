import DispatchCore
import Testing

@Suite("Settlements")
struct SettlementTests {
  private func settle(_ amount: Int64, commission: Int64, driver: DriverID? = Samples.driver) throws -> Settlement? {
    var (ride, _) = try Samples.ride(in: .completed)
    ride.driver = driver
    let charge = FareBreakdown(lines: [.init(name: "base", minorUnits: amount)], currency: .usd)
    return Settlement(ride: ride, charge: charge, commissionBasisPoints: commission, time: Samples.at(50))
  }

  @Test("Every entry balances, and what the rider pays is what driver and platform get")
  func balance() throws {
    var random = SeededRandom(seed: 3)
    for _ in 0..<3_000 {
      let amount = Int64(random.below(random.chance(0.2) ? Int(Int64.max / 2) : 10_000))
      let settlement = try #require(try settle(amount, commission: Int64(random.below(12_000) - 1_000)))
      #expect(settlement.payoutMinorUnits + settlement.commissionMinorUnits == amount)
      #expect(settlement.payoutMinorUnits >= 0 && settlement.commissionMinorUnits >= 0)
      for entry in settlement.entries { #expect(entry.postings.reduce(0) { $0 + $1.minorUnits } == 0) }
      var balances: [LedgerAccount: Int64] = [:]
      for posting in settlement.entries.flatMap(\.postings) {
        balances[posting.account, default: 0] += posting.minorUnits
      }
      #expect(balances[.rider(Samples.rider)] == amount)
      #expect(balances[.fares] == 0)
      #expect(balances[.driver(Samples.driver)] == -settlement.payoutMinorUnits)
      #expect(balances[.commission] == -settlement.commissionMinorUnits)
    }
  }

  @Test("A quarter for the platform, rounded half up")
  func quarter() throws {
    let settlement = try #require(try settle(1_326, commission: 2_500))
    #expect(settlement.commissionMinorUnits == 332 && settlement.payoutMinorUnits == 994)
  }

  @Test("Settled again, the entries have the same ids: one charge and one payout")
  func idempotent() throws {
    let first = try #require(try settle(1_325, commission: 2_500))
    let second = try #require(try settle(1_325, commission: 2_500))
    #expect(first == second)
    #expect(first.entries.map(\.id) == ["r1:charge", "r1:payout"])
    #expect(first.entries.map(\.purpose) == [.charge, .payout])
    #expect(first.entries.allSatisfy { $0.ride == RideID(trusted: "r1") && $0.currency == .usd })
  }

  @Test("Nothing is settled without a driver or below zero; nothing at all can be settled as nothing")
  func refused() throws {
    #expect(try settle(1_325, commission: 2_500, driver: nil) == nil)
    #expect(try settle(-1, commission: 2_500) == nil)
    let free = try #require(try settle(0, commission: 2_500))
    #expect(free.payoutMinorUnits == 0 && free.entries.count == 2)
  }

  @Test("An entry that does not sum to zero, or is empty, cannot be made")
  func entries() {
    func entry(_ amounts: [Int64]) -> LedgerEntry? {
      LedgerEntry(
        id: "e", ride: nil, purpose: .charge, time: Samples.start, currency: .usd,
        postings: amounts.map { LedgerPosting(account: .fares, minorUnits: $0) })
    }
    #expect(entry([]) == nil)
    #expect(entry([1]) == nil)
    #expect(entry([1, -2]) == nil)
    #expect(entry([.max, 1]) == nil)
    #expect(entry([5, -3, -2]) != nil)
  }

  @Test("Accounts are named by whom they belong to")
  func accounts() {
    #expect(LedgerAccount.rider(Samples.rider).description == "rider:r-1")
    #expect(LedgerAccount.driver(Samples.driver).description == "driver:cab-1")
  }
}
