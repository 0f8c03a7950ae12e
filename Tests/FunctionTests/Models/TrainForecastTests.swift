import DispatchCore
import DispatchState
import FunctionKit
import HexGrid
import Testing

@Suite("train-forecast")
struct TrainForecastTests {
  private func city(days: Int = 9, share: Int = 100) async throws -> City {
    let city = try await City(environment: ["FEWEST_REQUESTS": "1000", "SHARE_PERCENT": "\(share)"])
    try await city.live(days: days)
    return city
  }

  private func list(_ city: City) async throws -> Answer { try await city.call("GET", "/v1/models/sf") }

  private func states(_ answer: Answer) -> [String] {
    (answer["versions"]?.items ?? []).map { "\($0["version"]?.integer ?? 0) \($0["state"]?.text ?? "")" }
  }

  @Test("A model is learned from the rides on record and taken up without a restart")
  func training() async throws {
    let city = try await city()
    #expect(try await list(city)["live"] == .null)
    #expect(try await city.models.model(for: City.region) == nil)
    let trained = try await city.call("POST", "/v1/models/sf/train", as: .operator("ann"))
    #expect(trained.status == 201)
    let version = trained["version"]
    #expect(version?["version"]?.integer == 1 && version?["state"]?.text == "live")
    #expect(version?["requests"]?.integer == 9 * 96 * 3 && version?["origin"]?.text == "trained")
    #expect(trained["trial"]?["liveDeviance"] == .null && trained["trial"]?["requests"]?.integer ?? 0 > 200)
    let model = try #require(try await city.models.model(for: City.region))
    #expect(model.version == "1" && model.city.requests.trainedOn == 9 * 96 * 3)
    // A ride that nobody came for is demand, but tells no travel time.
    #expect(model.city.travelTime.trainedOn == 9 * 96 * 3 * 3 / 4)
    #expect(try await city.models.model(for: RegionID(trusted: "nyc")) == nil)

    // A day on, the tick makes the next version and keeps the former.
    city.wait(86_400)
    try await city.live(days: 1)
    #expect(try await city.train().status == 204)
    #expect(states(try await list(city)) == ["2 live", "1 former"])
    #expect(try await city.models.model(for: City.region)?.version == "2")
  }

  @Test("Nothing new makes no new version")
  func unchanged() async throws {
    let city = try await city()
    try await city.train()
    let again = try await city.call("POST", "/v1/models/sf/train")
    #expect(again.status == 200 && again["version"]?["version"]?.integer == 1)
    #expect(states(try await list(city)) == ["1 live"])
  }

  @Test("Too short a past and too few requests are refused with the reason; the tick goes on without a fault")
  func little() async throws {
    let empty = try await City()
    #expect(try await empty.call("POST", "/v1/models/sf/train").summary == "422 tooLittleHistory")
    #expect(try await empty.train().status == 204)
    let short = try await city(days: 3)
    #expect(try await short.call("POST", "/v1/models/sf/train").summary == "422 tooLittleHistory")
    let thin = try await City()
    try await thin.live(days: 10, places: 2, everyMinutes: 60)
    #expect(try await thin.call("POST", "/v1/models/sf/train").summary == "422 tooLittleHistory")
    #expect(states(try await list(thin)).isEmpty)
  }

  @Test("A model much worse than the live one is refused")
  func worse() async throws {
    let city = try await city(days: 8)
    try await city.train()
    // For four days all ask at one place, then all is as before: a model of those days would be far off.
    city.wait(6 * 86_400)
    for minute in stride(from: 6 * 1_440, to: 2 * 1_440, by: -2) {
      try await city.keepRequest(at: city.now.advanced(bySeconds: -minute * 60), place: 0)
    }
    try await city.live(days: 2)
    #expect(try await city.call("POST", "/v1/models/sf/train").summary == "422 modelWorse")
    #expect(try await city.train().status == 204)
    #expect(states(try await list(city)) == ["1 live"])
  }

  @Test("A new version may get a share of the zones first")
  func share() async throws {
    let city = try await city(share: 30)
    // Where nothing is live, there is nothing to share with.
    try await city.train()
    #expect(states(try await list(city)) == ["1 live"])
    city.wait(86_400)
    try await city.live(days: 1)
    try await city.train()
    let tried = try await list(city)
    #expect(states(tried) == ["2 candidate", "1 live"] && tried["candidateSharePercent"]?.integer == 30)
    #expect(try await city.models.model(for: City.region)?.version == "1+2@30")
    let all = try await city.call("POST", "/v1/models/sf/activate", #"{"version": 2}"#)
    #expect(all["live"]?.integer == 2 && all["former"]?.integer == 1 && all["candidate"] == .null)
    #expect(try await city.models.model(for: City.region)?.version == "2")
  }

  @Test("Operators choose versions and roll back; what makes no sense is refused")
  func choice() async throws {
    let city = try await city()
    #expect(try await city.call("POST", "/v1/models/sf/rollback").summary == "409 noFormerModel")
    try await city.train()
    city.wait(86_400)
    try await city.live(days: 1)
    try await city.train()
    let back = try await city.call("POST", "/v1/models/sf/rollback", as: .operator("ann"))
    #expect(back["live"]?.integer == 1 && back["former"]?.integer == 2)
    #expect(try await city.models.model(for: City.region)?.version == "1")
    let part = try await city.call("POST", "/v1/models/sf/activate", #"{"version": 2, "sharePercent": 5}"#)
    #expect(part["candidate"]?.integer == 2 && part["candidateSharePercent"]?.integer == 5)
    for (body, summary) in [
      (#"{"version": 9}"#, "404 unknownModel version"), ("{}", "400 missingField version"),
      (#"{"version": 0}"#, "400 outOfRange version"),
      (#"{"version": 2, "sharePercent": 101}"#, "400 outOfRange sharePercent"),
      (#"{"version": "2"}"#, "400 outOfRange version"), ("[", "400 malformedJSON"),
    ] {
      #expect(try await city.call("POST", "/v1/models/sf/activate", body).summary == summary)
    }
    #expect(try await city.call("GET", "/v1/models/atlantis").summary == "404 unknownRegion region")
    for (method, path) in [("GET", "/v1/models/sf"), ("POST", "/v1/models/sf/train")] {
      #expect(try await city.call(method, path, as: .driver("cab-1")).summary == "403 operatorsOnly")
      #expect(try await city.call(method, path, as: .rider("r-1")).summary == "403 operatorsOnly")
    }
  }

  @Test("Before the first ride on record, the zones' history teaches")
  func zoneHistory() async throws {
    let city = try await City(environment: ["FEWEST_REQUESTS": "1000"])
    try await city.live(days: 2)
    let zone = try #require(Zone.cell(at: City.place(0)))
    let first = try #require(try await city.record.firstRequest(in: City.region))
    for quarter in 0..<8 * 96 {
      var load = ZoneLoad(cell: zone)
      load.demand = 2
      let minute = first.unixMilliseconds / 900_000 * 900_000 - Int64(quarter) * 900_000
      try await city.record.append([load], in: City.region, at: Timestamp(unixMilliseconds: minute))
    }
    let trained = try await city.call("POST", "/v1/models/sf/train")
    #expect(trained.status == 201)
    #expect(trained["version"]?["requests"]?.integer == 2 * 96 * 3 + 8 * 96 * 2)
  }

  @Test("Only the newest rides are learned from where there are too many")
  func limit() async throws {
    let city = try await City(environment: ["FEWEST_REQUESTS": "1000", "MAXIMUM_RIDES": "2100"])
    try await city.live(days: 9)
    let trained = try await city.call("POST", "/v1/models/sf/train")
    #expect(trained["version"]?["requests"]?.integer == 2_100)
  }
}
