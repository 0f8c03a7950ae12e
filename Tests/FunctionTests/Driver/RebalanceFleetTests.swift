import DispatchCore
import DispatchState
import HexGrid
import Testing

@Suite("rebalance-fleet")
struct RebalanceFleetTests {
  /// A kilometre and a half from where riders ask.
  private static let suburb = GeoPoint(latitude: 37.7649, longitude: -122.4294)

  /// Two weeks in which twenty people an hour ask for a ride at `City.pickup`.
  private static let model = CityModel.trained(
    on: (0..<14 * 24 * 20).map { number in
      let start = City.start.advanced(bySeconds: -14 * 86_400 + number * 180)
      return CompletedTrip(
        pickup: City.pickup, dropoff: City.dropoff, pickupTime: start, dropoffTime: start.advanced(bySeconds: 600))
    }, calendar: LocalCalendar(utcOffsetSeconds: -7 * 3_600))

  private func city() async throws -> City {
    let city = try await City()
    city.held.put(LiveModel(version: "1", city: try #require(Self.model)), for: City.region)
    return city
  }

  /// The suggestions that went out, by driver; marks them as read.
  private func suggestions(_ city: City) async throws -> [String] {
    let messages = try await city.record.unpublished(limit: .max)
    try await city.record.markPublished(messages.map(\.sequence))
    return messages.filter { $0.message.feedEvent == "reposition" }.compactMap { $0.message.driver?.text }
  }

  @Test("A free driver is told to wait where riders ask")
  func suggests() async throws {
    let city = try await city()
    try await city.online("cab", at: Self.suburb)
    #expect(try await city.rebalance().status == 204)
    let latest = try await city.record.latestSuggestions(in: City.region, madeSince: City.start)
    let suggestion = try #require(latest.first)
    #expect(latest.count == 1)
    #expect(suggestion.target.distanceMeters(to: City.pickup) < 100)
    #expect(suggestion.expiresAt > city.now)
    #expect(try await suggestions(city) == ["cab"])
  }

  @Test("Without a model nobody is moved")
  func noModel() async throws {
    let city = try await City()
    try await city.online("cab", at: Self.suburb)
    #expect(try await city.rebalance().status == 204)
    #expect(try await suggestions(city).isEmpty)
  }

  @Test("Who is on the way is not asked again, nor who has arrived")
  func underWay() async throws {
    let city = try await city()
    try await city.online("cab", at: Self.suburb)
    try await city.rebalance()
    #expect(try await suggestions(city) == ["cab"])
    let steps = 4
    for step in 1...steps {
      city.wait(60)
      let part = Double(step) / Double(steps)
      let place = GeoPoint(
        latitude: Self.suburb.latitude + (City.pickup.latitude - Self.suburb.latitude) * part,
        longitude: Self.suburb.longitude + (City.pickup.longitude - Self.suburb.longitude) * part)
      try await city.ping("cab", at: place)
      try await city.rebalance()
      #expect(try await suggestions(city).isEmpty)
    }
  }

  @Test("Who has refused is left alone for a quarter of an hour")
  func refused() async throws {
    let city = try await city()
    try await city.online("cab", at: Self.suburb)
    try await city.rebalance()
    #expect(try await suggestions(city) == ["cab"])
    for _ in 1...14 {
      city.wait(60)
      try await city.ping("cab", at: Self.suburb)
      try await city.rebalance()
      #expect(try await suggestions(city).isEmpty)
    }
    city.wait(60)
    try await city.ping("cab", at: Self.suburb)
    try await city.rebalance()
    #expect(try await suggestions(city) == ["cab"])
  }

  @Test("Who has an offer, or is silent, is not asked")
  func notFree() async throws {
    let city = try await city()
    try await city.online("cab", at: Self.suburb)
    _ = try await city.request("rider", from: Self.suburb)
    try await city.match()
    try await city.rebalance()
    #expect(try await suggestions(city).isEmpty)
    let quiet = try await self.city()
    try await quiet.online("cab", at: Self.suburb)
    quiet.wait(300)
    try await quiet.rebalance()
    #expect(try await suggestions(quiet).isEmpty)
  }
}
