import DispatchAPI
import DispatchCore
import DispatchState
import FunctionKit
import HexGrid
import Testing

@Suite("ride-fare")
struct RideFareTests {
  /// A city with a tariff that has something of everything.
  private func city(_ more: [(String, String)] = []) async throws -> City {
    let city = try await City(hasTariffs: false)
    try await city.record.add(
      .plain(
        id: TariffID(trusted: "sf-x"), region: City.region, vehicleClass: .standard, base: 255, perKilometer: 105,
        perMinute: 31, minimum: 700, commissionBasisPoints: 2_500,
        more: [
          ("waiting.free", "2 min"), ("waiting.perMinute", "0.35"), ("promotions.0.code", "WELCOME"),
          ("promotions.0.percent", "20"), ("changes.destination", "500 m"), ("changes.perStop", "1.00"),
          ("cancellation.noShow", "5.00"), ("cancellation.driverShare", "80"),
        ] + more))
    return city
  }

  private func names(_ answer: Answer) -> [String] { (answer["lines"]?.items ?? []).compactMap { $0["name"]?.text } }

  @Test("Every line has its rule and inputs; the total is their sum")
  func lines() async throws {
    let city = try await city()
    let ride = try await city.ride(in: .completed)
    #expect(try await city.call("GET", "/v1/rides/\(ride)/fare").summary == "409 notSettled")
    #expect(try await city.call("GET", "/v1/rides/r404/fare").summary == "404 unknownRide id")
    _ = try await city.settle(ride)
    let answer = try await city.call("GET", "/v1/rides/\(ride)/fare")
    #expect(answer.status == 200)
    #expect(names(answer) == ["base", "distance", "time"])
    let sum = (answer["lines"]?.items ?? []).reduce(0) { $0 + ($1["minorUnits"]?.integer ?? 0) }
    #expect(answer["total"]?["minorUnits"]?.integer == sum)
    #expect(answer["lines"]?.items.allSatisfy { $0["rule"]?.text?.isEmpty == false } == true)
    #expect(answer["entries"]?.items.count == 2)
    let receipt = try await city.call("GET", "/v1/rides/\(ride)/receipt")
    #expect(receipt["total"]?["minorUnits"]?.integer == sum)
    let text = try await city.call("GET", "/v1/rides/\(ride)/receipt", query: ["format": "text"])
    #expect(text.status == 200)
  }

  @Test("Riders and drivers read their own rides only")
  func callers() async throws {
    let city = try await city()
    let ride = try await city.ride(in: .completed, driver: "cab-1", rider: "r-1")
    _ = try await city.settle(ride)
    #expect(try await city.call("GET", "/v1/rides/\(ride)/fare", as: .rider("r-1")).status == 200)
    #expect(try await city.call("GET", "/v1/rides/\(ride)/fare", as: .driver("cab-1")).status == 200)
    #expect(try await city.call("GET", "/v1/rides/\(ride)/fare", as: .rider("r-2")).status == 403)
    let path = "/v1/rides/\(ride)/fare/adjustments"
    let body = #"{"kind":"refund","key":"k","minorUnits":100,"reason":"late"}"#
    #expect(try await city.call("POST", path, body, as: .rider("r-1")).status == 403)
    #expect(try await city.call("POST", path, body, as: .operator("o")).status == 201)
    #expect(try await city.call("POST", path, body, as: .operator("o")).status == 200)
    #expect(
      try await city.call("POST", path, #"{"kind":"refund","key":"k","minorUnits":101}"#).summary
        == "422 idempotencyKeyReused Idempotency-Key")
    #expect(
      try await city.call("POST", path, #"{"kind":"gift","key":"k","minorUnits":1}"#).summary == "400 unknownKind kind")
    #expect(
      try await city.call("POST", path, #"{"kind":"refund","key":"z","minorUnits":99999}"#).summary
        == "422 overCharge minorUnits")
    #expect(try await city.call("POST", path, #"{"kind":"tip","minorUnits":1}"#).summary == "400 missingField key")
  }

  @Test("A destination that moved, stops and waiting change the fare, and it says so")
  func changes() async throws {
    let city = try await city()
    let ride = try await city.ride(in: .arrived)
    city.wait(300)
    try await city.step("start", ride, "cab-1")
    city.wait(1_200)
    let end = #""position":{"latitude":37.8049,"longitude":-122.2794},"stops":2,"distanceMeters":15000"#
    try await city.step("complete", ride, "cab-1", more: "," + end)
    _ = try await city.settle(ride)
    let answer = try await city.call("GET", "/v1/rides/\(ride)/fare")
    #expect(names(answer) == ["base", "distance", "time", "stops", "waiting"])
    // 15 km at 105 and 20 minutes at 31.
    #expect(answer["lines"]?.items[1]["minorUnits"]?.integer == 1_575)
    #expect(answer["lines"]?.items[2]["minorUnits"]?.integer == 620)
    let changes = (answer["lines"]?.items[0]["inputs"]?.items ?? []).filter { $0["name"]?.text == "changed" }
    #expect(changes.count == 3)
    try await city.audit()
  }

  @Test("A promotion is frozen in the quote and paid by the platform")
  func promotion() async throws {
    let city = try await city()
    let body = { (code: String) in
      #"{"rider":"r-1","pickup":{"latitude":37.7749,"longitude":-122.4194},"#
        + #""dropoff":{"latitude":37.7949,"longitude":-122.3994},"promotion":"\#(code)"}"#
    }
    #expect(try await city.call("POST", "/v1/quotes", body("NO")).summary == "422 unknownPromotion promotion")
    let quote = try await city.call("POST", "/v1/quotes", body("WELCOME"))
    let lines = quote["lines"]?.items ?? []
    #expect(lines.last?["kind"]?.text == "promotion" && (lines.last?["minorUnits"]?.integer ?? 0) < 0)
  }

  @Test("A rider who is not there pays what the tariff says, once, and the driver gets a share")
  func noShow() async throws {
    let city = try await city()
    let ride = try await city.ride(in: .arrived)
    city.wait(200)
    try await city.step("no-show", ride, "cab-1")
    for _ in 0..<3 { #expect(try await city.settle(ride, type: "cabstand.ride.not-shown.v1").status == 204) }
    city.wait(60)
    try await city.sweepFares()
    let settlement = try #require(try await city.record.settlement(of: RideID(trusted: ride)))
    #expect(settlement.charge.total.minorUnits == 500 && settlement.payoutMinorUnits == 400)
    #expect(try await city.record.entries(of: RideID(trusted: ride)).count == 2)
    try await city.audit()
  }

  @Test("A metered ride costs what the taximeter reads from its positions; without them, what was quoted")
  func metered() async throws {
    let city = try await City(hasTariffs: false)
    try await city.record.add(
      Tariff(
        TariffDocument(fields: [
          ("id", "cab"), ("region", "sf"), ("currency", "USD"), ("timeZone", "America/Los_Angeles"),
          ("validFrom", "2000-01-01"), ("meter.initial", "2.50"), ("meter.unit", "0.50"),
          ("meter.unitDistance", "0.2 mi"), ("meter.unitTime", "60 s"), ("meter.slowBelow", "12 mph"),
          ("meter.estimate.moving", "26 mph"), ("meter.estimate.creeping", "4 mph"),
        ])))
    for isRecorded in [true, false] {
      let (driver, rider) = isRecorded ? ("cab-1", "r-1") : ("cab-2", "r-2")
      let ride = try await city.ride(in: .started, driver: driver, rider: rider)
      if isRecorded {
        // Ten minutes east at 10 m/s: 6,000 m are 18 units of a fifth of a mile.
        try await city.record.append(
          (0...60).map { index in
            RecordedPosition(
              driver: DriverID(trusted: driver),
              fix: .init(
                time: city.now.advanced(bySeconds: index * 10),
                point: GeoPoint(latitude: 37.7749, longitude: -122.4194 + Double(index) * 100 / 87_891)))
          })
      }
      city.wait(600)
      try await city.step("complete", ride, driver)
      _ = try await city.settle(ride)
      let settlement = try #require(try await city.record.settlement(of: RideID(trusted: ride)))
      let quoted = try await city.stored(ride).fare
      #expect(settlement.charge.total == (isRecorded ? Money(minorUnits: 1_150, currency: .usd) : quoted))
      try await city.audit()
    }
  }
}
