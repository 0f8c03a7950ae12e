import DispatchAPI
import DispatchCore
import DispatchState
import FunctionKit
import Testing

@Suite("expire-offers")
struct ExpireOffersTests {
  @Test("An offer without an answer lapses at its end, not before; the driver is free and not asked again")
  func offers() async throws {
    let city = try await City()
    let ride = try await city.ride(in: .offered)
    let offer = try await city.offer(of: ride)
    city.wait(14)
    try await city.expire()
    #expect(try await city.record.offer(offer.id)?.state == .open)
    city.wait(1)
    #expect(try await city.expire().status == 204)
    #expect(try await city.record.offer(offer.id)?.state == .expired)
    #expect(try await city.stored(ride).excludedDrivers == [offer.driver])
    #expect(try await city.activity("cab-1") == .idle)
    let told = try await city.record.messages(for: .driver(offer.driver), after: 0, limit: 9)
    #expect(told.map(\.message.feedEvent) == ["offer", "offerWithdrawn"])
    let withdrawn = try #require(told.last)
    #expect(try JSONValue(parsing: withdrawn.message.body)["reason"]?.text == "expired")
    try await city.match()
    #expect(try await city.stored(ride).state == .requested)
    try await city.audit()
  }

  @Test("A request without a driver ends after its patience")
  func requests() async throws {
    let city = try await City()
    let ride = try await city.request("r-1")
    city.wait(899)
    try await city.expire()
    #expect(try await city.stored(ride).state == .requested)
    city.wait(1)
    try await city.expire()
    let stored = try await city.stored(ride)
    #expect(stored.state == .expired && stored.endedAt == city.now)
    #expect(try await city.request("r-1") != ride, "the rider may ask again")
    try await city.audit()
  }

  @Test("A silent driver is supply but not idle, and is forgotten after two days; a new position brings them back")
  func silence() async throws {
    let city = try await City()
    try await city.online("cab-1")
    func supply() async throws -> [[Int]] { try await city.fleet.supply(in: City.region).map { [$0.supply, $0.idle] } }
    city.wait(120)
    try await city.expire()
    #expect(try await supply() == [[1, 1]])
    city.wait(1)
    try await city.expire()
    #expect(try await supply() == [[1, 0]])
    try await city.ping("cab-1")
    #expect(try await supply() == [[1, 1]])
    city.wait(48 * 3_600 + 1)
    try await city.expire()
    #expect(try await supply() == [])
    try await city.audit()
  }

  @Test("Many offers and requests end in one tick, whatever else is going on")
  func many() async throws {
    let city = try await City()
    for number in 0..<30 {
      try await city.online("cab-\(number)")
      _ = try await city.request("r-\(number)")
    }
    try await city.match()
    city.wait(16)
    try await city.expire()
    let states = try await city.record.rides(.init(), after: nil, limit: 99).map(\.state)
    #expect(states.count == 30 && states.allSatisfy { $0 == .requested })
    try await city.audit()
    city.wait(900)
    try await city.expire()
    #expect(try await city.record.rides(.init(state: .expired), after: nil, limit: 99).count == 30)
    try await city.audit()
  }

  @Test("An answer that comes at the same time as the sweep: one of them wins", arguments: 0..<20)
  func race(round: Int) async throws {
    let city = try await City()
    let ride = try await city.ride(in: .offered)
    let offer = try await city.offer(of: ride)
    city.wait(round % 2 == 0 ? 15 : 14)
    async let swept = city.expire()
    async let answered = city.accept(offer)
    _ = try await swept
    let answer = try await answered
    #expect(answer.status == (round % 2 == 0 ? 410 : 200))
    try await city.audit()
  }
}
