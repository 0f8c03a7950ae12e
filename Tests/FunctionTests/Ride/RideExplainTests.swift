import DispatchAPI
import DispatchCore
import DispatchState
import FunctionKit
import HexGrid
import Testing

@Suite("ride-explain")
struct RideExplainTests {
  private func east(_ meters: Double) -> GeoPoint {
    GeoPoint(latitude: City.pickup.latitude, longitude: City.pickup.longitude + meters / 88_000)
  }

  /// The reason of each driver of a round.
  private func reasons(_ round: JSONValue?) -> [String: String] {
    var found: [String: String] = [:]
    for item in round?["candidates"]?.items ?? [] {
      if let driver = item["driver"]?.text { found[driver] = item["reason"]?.text }
    }
    return found
  }

  @Test("Every driver who was considered has a reason, and the chosen one is named")
  func whole() async throws {
    let city = try await City()
    try await city.online("near", at: east(300))
    try await city.online("farther", at: east(900))
    try await city.online("van", at: east(100), vehicleClass: "large")
    try await city.online("beyond", at: east(6_500))
    try await city.online("foe", at: east(50))
    _ = try await city.call("PUT", "/v1/riders/r-1/blocked-drivers/foe")
    let ride = try await city.request("r-1")
    try await city.match()
    let answer = try await city.call("GET", "/v1/rides/\(ride)/explain")
    let rounds = try #require(answer["rounds"]?.items)
    #expect(rounds.count == 1)
    #expect(
      reasons(rounds.first) == [
        "near": "chosen", "farther": "costsMore", "van": "otherClass", "beyond": "tooFar", "foe": "blocked",
      ])
    let offer = try await city.offer(of: ride)
    #expect(rounds[0]["outcome"]?.text == "offered" && rounds[0]["chosen"]?.text == "near")
    #expect(rounds[0]["offerId"]?.text == offer.id.text && rounds[0]["answer"]?.text == "open")
    let chosen = try #require(rounds[0]["candidates"]?.items.first { $0["driver"]?.text == "near" })
    #expect(chosen["pickupETASeconds"]?.integer == offer.pickupETASeconds)
    #expect(chosen["distanceMeters"]?.integer == offer.pickupDistanceMeters)
    #expect(answer["summary"]?.text?.contains("offered to near") == true)
  }

  @Test("A decline and a lapse are told apart, and rides that took a driver are named")
  func story() async throws {
    let city = try await City()
    try await city.online("a", at: east(100))
    let first = try await city.request("r-1")
    try await city.match()
    try await city.decline(try await city.offer(of: first))
    city.wait(40)
    for driver in ["a"] { try await city.ping(driver, at: east(100)) }
    try await city.match()
    try await city.online("b", at: east(200))
    try await city.match()
    city.wait(16)
    try await city.expire()
    for driver in ["a", "b"] { try await city.ping(driver, at: east(100)) }
    try await city.match()
    let explained = try await city.call("GET", "/v1/rides/\(first)/explain")
    let rounds = explained["rounds"]?.items ?? []
    #expect(rounds.map { $0["outcome"]?.text } == ["offered", "unserved", "offered", "unserved"])
    #expect(rounds.map { $0["answer"]?.text } == ["declined", nil, "expired", nil])
    #expect(reasons(rounds.last) == ["a": "declined", "b": "offerLapsed"])
    // A second rider right beside the free driver gets it.
    let second = try await city.request("r-2", from: east(100))
    let third = try await city.request("r-3", from: east(2_000))
    try await city.online("c", at: east(100))
    for driver in ["a", "b"] { try await city.offline(driver) }
    try await city.match()
    let lost = try await city.call("GET", "/v1/rides/\(third)/explain")
    let item = try #require(lost["rounds"]?[0]?["candidates"]?[0])
    #expect(item["reason"]?.text == "takenByOther" && [first, second].contains(item["otherRideId"]?.text ?? ""))
    #expect(lost["summary"]?.text?.contains("offered to nobody") == true)
    try await city.audit()
  }

  @Test("Rounds that tell nothing new are not kept, and a ride that nobody looked at says so")
  func quiet() async throws {
    let city = try await City()
    let ride = try await city.request("r-1")
    let before = try await city.call("GET", "/v1/rides/\(ride)/explain")
    #expect(before["rounds"]?.items.isEmpty == true && before["state"]?.text == "requested")
    for _ in 0..<50 {
      try await city.match()
      city.wait(10)
    }
    let answer = try await city.call("GET", "/v1/rides/\(ride)/explain")
    #expect(answer["rounds"]?.items.count == 1)
    #expect(answer["summary"]?.text?.contains("No driver was within reach") == true)
  }

  @Test("A ride that does not exist, and an id that is none")
  func unknown() async throws {
    let city = try await City()
    #expect(try await city.call("GET", "/v1/rides/r-none/explain").summary == "404 unknownRide id")
    #expect(try await city.call("GET", "/v1/rides/!/explain").summary == "400 badID id")
  }

  @Test("A log that fails loses no offer")
  func failingLog() async throws {
    let city = try await City(log: FailingLog())
    try await city.online("cab-1")
    let ride = try await city.request("r-1")
    #expect(try await city.match().status == 204)
    #expect(try await city.offer(of: ride).driver.text == "cab-1")
  }

  @Test("Rounds are forgotten when they are old, not before")
  func old() async throws {
    let city = try await City(environment: ["EXPLAINED_DAYS": "1"])
    try await city.online("cab-1")
    let ride = try await city.request("r-1")
    try await city.match()
    func rounds() async throws -> Int? {
      try await city.call("GET", "/v1/rides/\(ride)/explain")["rounds"]?.items.count
    }
    city.wait(86_400)
    try await city.forgetRounds()
    #expect(try await rounds() == 1)
    city.wait(1)
    try await city.forgetRounds()
    #expect(try await rounds() == 0)
  }

  @Test("Only the nearest drivers are listed, the others are counted")
  func counted() async throws {
    let city = try await City(environment: ["EXPLAINED_DRIVERS": "3", "CANDIDATES_PER_RIDE": "2"])
    for number in 0..<9 { try await city.online("cab-\(number)", at: east(Double(number) * 100)) }
    let ride = try await city.request("r-1")
    try await city.match()
    let round = try #require(try await city.call("GET", "/v1/rides/\(ride)/explain")["rounds"]?[0])
    #expect(reasons(round) == ["cab-0": "chosen", "cab-1": "costsMore", "cab-2": "notAmongNearest"])
    #expect(round["others"]?[0]?["drivers"]?.integer == 6)
    let meters = try #require(round["listedWithinMeters"]?.integer)
    #expect((195...205).contains(meters))
  }
}

/// A log of matching that is never there.
private struct FailingLog: MatchLog {
  func append(_ rounds: [MatchRound], limits: MatchLogLimits) async throws { throw StateError.unavailable("a test") }
  func rounds(of ride: RideID) async throws -> [MatchRound] { throw StateError.unavailable("a test") }
  func forgetRounds(before moment: Timestamp, limit: Int) async throws -> Int { throw StateError.unavailable("a test") }
}
