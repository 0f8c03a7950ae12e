import DispatchAPI
import DispatchCore
import DispatchState
import FunctionKit
import HexGrid
import Testing

@Suite("settle-fare")
struct SettleFareTests {
  /// What every account holds must follow from the quoted fare.
  private func checkBooks(_ city: City, _ ride: String) async throws {
    let stored = try await city.stored(ride)
    #expect(stored.state == .settled && stored.endedAt == stored.completedAt)
    let entries = try await city.record.entries(of: RideID(trusted: ride))
    #expect(entries.map(\.id) == ["\(ride):charge", "\(ride):payout"])
    let settlement = try #require(try await city.record.settlement(of: RideID(trusted: ride)))
    #expect(settlement.charge.total == stored.fare)
    func balance(_ account: LedgerAccount) async throws -> Int64 {
      try await city.record.balance(of: account).reduce(0) { $0 + $1.minorUnits }
    }
    #expect(try await balance(.rider(stored.rider)) == stored.fare.minorUnits)
    #expect(try await balance(.driver(try #require(stored.driver))) == -settlement.payoutMinorUnits)
    #expect(try await balance(.commission) == -settlement.commissionMinorUnits)
    #expect(settlement.commissionMinorUnits == (stored.fare.minorUnits + 2) / 4)
    try await city.audit()
  }

  @Test("A completed ride from the stream is charged and paid out, once")
  func stream() async throws {
    let city = try await City()
    let ride = try await city.ride(in: .completed)
    city.wait(5)
    #expect(try await city.settle(ride).status == 204)
    try await checkBooks(city, ride)
    for _ in 0..<3 { #expect(try await city.settle(ride).status == 204) }
    try await checkBooks(city, ride)
  }

  @Test("Fifty duplicates at once, with the sweep among them, move the money once")
  func concurrent() async throws {
    let city = try await City()
    let ride = try await city.ride(in: .completed)
    city.wait(60)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for index in 0..<50 {
        group.addTask { _ = index % 10 == 9 ? try await city.sweepFares() : try await city.settle(ride) }
      }
      try await group.waitForAll()
    }
    try await checkBooks(city, ride)
    let settled = try await city.record.messages(for: .ride(RideID(trusted: ride)), after: 0, limit: 99)
      .count { $0.message.type == "cabstand.ride.settled.v1" }
    #expect(settled == 1)
  }

  @Test("The sweep settles what the stream lost, after fifteen seconds")
  func sweep() async throws {
    let city = try await City()
    let ride = try await city.ride(in: .completed)
    city.wait(15)
    try await city.sweepFares()
    #expect(try await city.stored(ride).state == .completed, "the stream still has time")
    city.wait(1)
    #expect(try await city.sweepFares().status == 204)
    try await checkBooks(city, ride)
  }

  @Test("Other events, other states and unknown rides")
  func others() async throws {
    let city = try await City()
    let ride = try await city.ride(in: .started)
    #expect(try await city.settle(ride).status == 204, "an event that came before its time is left alone")
    #expect(try await city.settle(ride, type: "cabstand.ride.accepted.v1").status == 204)
    #expect(try await city.settle("r404").summary == "404 unknownRide id")
    #expect(try await city.settle(nil).summary == "400 badID subject")
    #expect(try await city.record.entries(of: RideID(trusted: ride)).isEmpty)
    try await city.audit()
  }

  @Test("A ride that cannot be settled keeps no other from it")
  func poison() async throws {
    let city = try await City()
    let ride = try await city.ride(in: .completed)
    // A ride whose quote was lost, completed earlier.
    var orphan = try await city.stored(ride)
    orphan.id = RideID(trusted: "r0")
    orphan.quote = QuoteID(trusted: "q0")
    orphan.rider = RiderID(trusted: "r-9")
    orphan.state = .completed
    orphan.requestedAt = orphan.requestedAt.advanced(bySeconds: -100)
    _ = try await city.record.insert(orphan, publishing: [])
    city.wait(60)
    #expect(try await city.sweepFares().summary == "422 unknownQuote")
    #expect(try await city.stored(ride).state == .settled)
    #expect(try await city.stored("r0").state == .completed)
  }

  @Test("The fare is the quoted one, whatever the way turned out to be")
  func quoted() async throws {
    let city = try await City()
    let ride = try await city.ride(in: .started)
    let fare = try await city.stored(ride).fare
    city.wait(4_000)
    try await city.step("complete", ride, "cab-1", more: #","distanceMeters":90000"#)
    _ = try await city.settle(ride)
    #expect(try await city.record.settlement(of: RideID(trusted: ride))?.charge.total == fare)
    try await checkBooks(city, ride)
  }
}
