import DispatchAPI
import DispatchCore
import DispatchState
import FunctionKit
import HexGrid
import Testing

@Suite("driver-shift")
struct DriverShiftTests {
  @Test("On shift and off again, as the interface shows it")
  func onAndOff() async throws {
    let city = try await City()
    let on = try await city.call(
      "PUT", "/v1/drivers/cab-1/shift",
      #"{"status":"online","vehicleClass":"large","position":\#(City.json(City.pickup))}"#,
      as: .driver("cab-1"))
    #expect(on.status == 200 && on["driver"]?.text == "cab-1" && on["status"]?.text == "online")
    #expect(on["vehicleClass"]?.text == "large" && on["region"]?.text == "sf")
    #expect(on["since"]?.text == "2008-06-06T07:00:00.000Z")
    let idle = try await city.fleet.idleDrivers(in: City.region, cells: nil, seenSince: City.start, limit: 9)
    #expect(idle.map(\.driver.text) == ["cab-1"] && idle.first?.vehicleClass == .large)
    city.wait(60)
    let again = try await city.online("cab-1", vehicleClass: "large")
    #expect(again["since"]?.text == "2008-06-06T07:00:00.000Z", "nothing changed")
    let off = try await city.offline("cab-1")
    #expect(off.status == 200 && off["status"]?.text == "offline" && off["since"]?.text == "2008-06-06T07:01:00.000Z")
    #expect(try await city.fleet.supply(in: City.region).isEmpty)
    #expect(try await city.offline("cab-1").status == 200, "again is fine")
    try await city.audit()
  }

  @Test(
    "What is wrong is named",
    arguments: [
      ("{}", "400 missingField status"), (#"{"status":"away"}"#, "400 badStatus status"),
      (#"{"status":1}"#, "400 wrongType status"), (#"{"status":null}"#, "400 missingField status"),
      (#"{"status":"online","vehicleClass":"tank"}"#, "400 unknownVehicleClass vehicleClass"),
      (#"{"status":"online","position":{"latitude":91,"longitude":0}}"#, "422 latitudeOutOfRange position.latitude"),
      (#"{"status":"online","position":{"longitude":0}}"#, "400 missingField position.latitude"),
      (#"{"status":"online","region":"lon"}"#, "400 unknownRegion region"),
      (#"{"status":"online","region":"l n"}"#, "400 badID region"),
      (#"{"status":"online","time":1212735660001}"#, "422 timeInFuture time"),
      (#"{"status":"online","time":"2008-06-04T00:00:00Z"}"#, "422 timeTooOld time"),
      ("[]", "400 wrongType"), ("{", "400 malformedJSON"), (#"{"status":"offline"}"#, "404 unknownDriver id"),
    ])
  func errors(body: String, expected: String) async throws {
    let city = try await City()
    #expect(try await city.call("PUT", "/v1/drivers/cab-1/shift", body).summary == expected)
    #expect(try await city.call("GET", "/v1/drivers/cab-1").summary == "404 unknownDriver id")
  }

  @Test("Nobody else puts a driver on shift; ids are checked")
  func callers() async throws {
    let city = try await City()
    let body = #"{"status":"online"}"#
    #expect(try await city.call("PUT", "/v1/drivers/cab-1/shift", body, as: .driver("cab-2")).summary == "403 notYou")
    #expect(try await city.call("PUT", "/v1/drivers/cab-1/shift", body, as: .rider("cab-1")).summary == "403 notYou")
    #expect(try await city.call("PUT", "/v1/drivers/cab 1/shift", body).summary == "400 badID id")
    #expect(try await city.call("PUT", "/v1/drivers/cab-1/shift", body, as: .operator("o")).status == 200)
  }

  @Test("Nobody goes off shift with a ride under way")
  func underway() async throws {
    for state in [RideState.accepted, .arrived, .started] {
      let city = try await City()
      let ride = try await city.ride(in: state)
      #expect(try await city.offline("cab-1").summary == "409 rideUnderway")
      #expect(try await city.activity("cab-1") == .busy(RideID(trusted: ride)))
      #expect(try await city.online("cab-1").status == 200, "online again changes nothing")
      #expect(try await city.activity("cab-1") == .busy(RideID(trusted: ride)))
      try await city.audit()
    }
  }

  @Test("Going off shift withdraws the open offer, and the request goes on to another driver")
  func withdrawal() async throws {
    let city = try await City()
    let ride = try await city.ride(in: .offered)
    let offer = try await city.offer(of: ride)
    try await city.online("cab-2")
    #expect(try await city.offline("cab-1")["status"]?.text == "offline")
    #expect(try await city.record.offer(offer.id)?.state == .withdrawn)
    #expect(try await city.stored(ride).state == .requested)
    #expect(try await city.accept(offer).summary == "409 offerWithdrawn")
    try await city.audit()
    try await city.match()
    #expect(try await city.offer(of: ride).driver.text == "cab-2")
    // Whoever left is not asked again for this ride.
    try await city.online("cab-1")
    try await city.offline("cab-2")
    try await city.match()
    #expect(try await city.record.openOffer(of: RideID(trusted: ride)) == nil)
    try await city.audit()
  }

  @Test("A driver who changes regions counts in the new one only")
  func moving() async throws {
    let city = try await City()
    try await city.online("cab-1")
    let there = try await city.online("cab-1", at: GeoPoint(latitude: 40.73, longitude: -73.99))
    #expect(there["region"]?.text == "nyc")
    #expect(try await city.fleet.supply(in: City.region).isEmpty)
    #expect(try await city.fleet.supply(in: RegionID(trusted: "nyc")).map(\.idle) == [1])
    city.wait(1)
    #expect(try await city.online("cab-1")["region"]?.text == "sf")
    #expect(try await city.fleet.supply(in: City.region).map(\.idle) == [1])
    #expect(try await city.fleet.supply(in: RegionID(trusted: "nyc")).isEmpty)
    try await city.audit()
  }

  @Test("The driver's page shows shift, place, offer and ride")
  func page() async throws {
    let city = try await City()
    let ride = try await city.ride(in: .offered)
    let offer = try await city.offer(of: ride)
    var page = try await city.call("GET", "/v1/drivers/cab-1")
    #expect(page["activity"]?.text == "offered" && page["offerId"]?.text == offer.id.text)
    try await city.accept(offer)
    page = try await city.call("GET", "/v1/drivers/cab-1")
    #expect(page["activity"]?.text == "busy" && page["rideId"]?.text == ride && page["status"]?.text == "online")
    #expect(page["position"]?["longitude"]?.double == City.pickup.longitude && page["occupied"] == .bool(false))
    #expect(try await city.call("GET", "/v1/drivers/nobody").summary == "404 unknownDriver id")
  }
}
