import DispatchAPI
import DispatchCore
import DispatchState
import FunctionKit
import HexGrid
import Testing

@Suite("match-riders")
struct MatchRidersTests {
  private func east(_ meters: Double) -> GeoPoint {
    GeoPoint(latitude: City.pickup.latitude, longitude: City.pickup.longitude + meters / 88_000)
  }

  @Test("From quote to offer: the nearest driver is reserved and told")
  func offer() async throws {
    let city = try await City()
    try await city.online("cab-far", at: east(2_000))
    try await city.online("cab-near", at: east(500))
    let ride = try await city.request("r-1")
    #expect(try await city.match().status == 204)
    let offer = try await city.offer(of: ride)
    #expect(offer.driver.text == "cab-near" && offer.expiresAt == City.start.advanced(bySeconds: 15))
    #expect(abs(offer.pickupDistanceMeters - 500) < 5 && abs(offer.pickupETASeconds - 100) <= 1)
    #expect(try await city.activity("cab-near") == .offered(offer.id))
    #expect(try await city.activity("cab-far") == .idle)
    #expect(try await city.stored(ride).state == .offered)
    let idle = try await city.fleet.idleDrivers(in: City.region, cells: nil, seenSince: City.start, limit: 9)
    #expect(idle.map(\.driver.text) == ["cab-far"], "the fleet follows")
    let told = try await city.record.messages(for: .driver(offer.driver), after: 0, limit: 9)
    #expect(told.map(\.message.feedEvent) == ["offer"])
    try await city.match()
    #expect(try await city.offer(of: ride).id == offer.id, "a ride on offer is left alone")
    try await city.audit()
  }

  @Test("Where roads are known, whoever is nearer by road is offered the ride")
  func roads() async throws {
    let city = try await City(travelTimes: River(bank: east(1_000)))
    try await city.online("cab-across", at: east(1_200))
    try await city.online("cab-here", at: east(-1_500))
    let ride = try await city.request("r-1")
    try await city.match()
    let offer = try await city.offer(of: ride)
    #expect(offer.driver.text == "cab-here" && offer.pickupETASeconds == 150)
  }

  @Test("Nobody is offered a ride who is offline, occupied, silent, of another class, too far, or without a shift")
  func notFit() async throws {
    let city = try await City()
    try await city.online("off", at: City.pickup)
    try await city.offline("off")
    try await city.online("large", vehicleClass: "large")
    try await city.online("far", at: east(6_100))
    try await city.ping("no-shift")
    try await city.online("hailed")
    city.wait(1)
    try await city.ping("hailed", isOccupied: true)
    try await city.online("silent")
    city.wait(60)
    for driver in ["large", "no-shift"] { try await city.ping(driver) }
    try await city.ping("hailed", isOccupied: true)
    try await city.ping("far", at: east(6_100))
    city.wait(1)
    let ride = try await city.request("r-1")
    try await city.match()
    #expect(try await city.stored(ride).state == .requested)
    try await city.ping("silent")
    try await city.match()
    #expect(try await city.offer(of: ride).driver.text == "silent", "one new position is enough")
    try await city.audit()
  }

  @Test("As many rides as can be are served, and each driver gets one offer")
  func batch() async throws {
    let city = try await City()
    for number in 0..<10 { try await city.online("cab-\(number)", at: east(Double(number) * 150)) }
    var rides: [String] = []
    for number in 0..<14 { rides.append(try await city.request("r-\(number)", from: east(Double(number) * 100))) }
    try await city.match()
    var drivers: Set<String> = []
    for ride in rides where try await city.stored(ride).state == .offered {
      drivers.insert(try await city.offer(of: ride).driver.text)
    }
    #expect(drivers.count == 10)
    try await city.audit()
  }

  @Test("A driver who declined is not asked again for that ride, but for the next")
  func exclusion() async throws {
    let city = try await City()
    let ride = try await city.ride(in: .offered)
    try await city.decline(try await city.offer(of: ride))
    try await city.match()
    #expect(try await city.stored(ride).state == .requested)
    let next = try await city.request("r-2")
    try await city.match()
    #expect(try await city.offer(of: next).driver.text == "cab-1")
    try await city.audit()
  }

  @Test("A fleet of thousands is searched ring by ring, and the near are found")
  func largeFleet() async throws {
    let city = try await City()
    var pings: [DriverPing] = []
    for number in 0..<2_300 {
      let id = DriverID(trusted: "cab-\(number)")
      let place = GeoPoint(
        latitude: 37.6 + Double(number % 50) * 0.008, longitude: -122.6 + Double(number / 50) * 0.008)
      pings.append(DriverPing(driver: id, time: City.start, position: place))
      let status = try await city.record.setShift(
        id, region: City.region, vehicleClass: .standard, isOnline: true, at: City.start)
      try await city.fleet.apply([status])
    }
    _ = try await city.fleet.record(pings, in: City.region)
    let ride = try await city.request("r-1")
    try await city.match()
    let offer = try await city.offer(of: ride)
    let nearest = try #require(
      pings.min { $0.position.distanceMeters(to: City.pickup) < $1.position.distanceMeters(to: City.pickup) })
    #expect(offer.driver == nearest.driver)
    try await city.audit()
  }

  @Test("The fleet behind the record proposes in vain, and nothing breaks")
  func staleFleet() async throws {
    let city = try await City()
    try await city.online("cab-1")
    let ride = try await city.request("r-1")
    _ = try await city.record.setShift(
      DriverID(trusted: "cab-1"), region: City.region, vehicleClass: .standard, isOnline: false, at: city.now)
    try await city.match()
    #expect(try await city.stored(ride).state == .requested)
    try await city.audit()
  }

  @Test("Where more wait than drivers are free, a region is matched when a longer window ends; else at every tick")
  func windows() async throws {
    let city = try await City(environment: ["MAXIMUM_WINDOW_SECONDS": "32"])
    // Windows end at the multiples of their length; the next of 16 s is 14 s away.
    let now = city.now.unixMilliseconds / 1_000
    city.wait(Int(16 - now % 16) + 2)
    var rides: [String] = []
    for number in 0..<4 { rides.append(try await city.request("r-\(number)", from: east(Double(number) * 10))) }
    try await city.online("cab-0")
    var offeredAfter: Int?
    for tick in 0..<20 where offeredAfter == nil {
      try await city.ping("cab-0")
      try await city.match()
      for ride in rides where try await city.stored(ride).state == .offered { offeredAfter = tick * 2 }
      city.wait(2)
    }
    #expect(offeredAfter == 14)
    try await city.online("cab-1")
    for number in 1...4 { try await city.online("cab-\(number)") }
    try await city.match()
    for ride in rides { #expect(try await city.stored(ride).state == .offered, "drivers for all: at once") }
    try await city.audit()
  }

  @Test("Where drivers are scarce and others come free, a new request waits for a nearer one, an old one does not")
  func scarce() async throws {
    let city = try await City(environment: ["SCARCE_REACH_SECONDS": "120", "SCARCE_REACH_GROWTH": "1"])
    // Busy drivers, and requests enough to keep them so.
    for number in 0..<12 {
      try await city.online("busy-\(number)", at: east(Double(number) * 5))
      _ = try await city.request("rider-\(number)", from: east(Double(number) * 5))
    }
    try await city.match()
    for number in 12..<20 { _ = try await city.request("rider-\(number)", from: east(20_000)) }
    city.wait(60)
    let ride = try await city.request("r-1", from: east(-400))
    try await city.online("far", at: east(-400 + 1_000))
    try await city.match()
    #expect(try await city.stored(ride).state == .requested, "200 s away, more than is offered at once")
    let explained = try await city.call("GET", "/v1/rides/\(ride)/explain")
    let reasons = explained["rounds"]?[0]?["candidates"]?.items.map { $0["reason"]?.text }
    #expect(reasons == ["worthWaiting"])
    city.wait(82)
    try await city.ping("far", at: east(-400 + 1_000))
    try await city.match()
    #expect(try await city.offer(of: ride).driver.text == "far")
  }

  @Test("Settings out of their ranges are refused at the start")
  func settings() async throws {
    for (name, value) in [("ANSWER_SECONDS", "0"), ("CANDIDATES_PER_RIDE", "many"), ("FRESHNESS_SECONDS", "99999")] {
      let city = try await City(environment: [name: value])
      await #expect(throws: SetupError.self) { try await city.match() }
    }
  }
}

/// Ten metres a second, but a quarter of an hour more from beyond the river.
private struct River: TravelTimes {
  let bank: GeoPoint
  var knowsRoads: Bool { true }

  func estimates(for queries: [DriveQuery], at time: Timestamp, in region: RegionID) async throws -> [[DriveEstimate?]]
  {
    queries.map { query in
      query.origins.map { origin in
        let meters = origin.distanceMeters(to: query.destination).rounded(.toNearestOrEven)
        let isAcross = origin.longitude > bank.longitude
        return DriveEstimate(seconds: (meters / 10).rounded() + (isAcross ? 900 : 0), meters: meters)
      }
    }
  }
}
