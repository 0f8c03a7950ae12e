import DispatchAPI
import DispatchCore
import DispatchState
import FunctionKit
import Testing

@Suite("ride-lookup")
struct RideLookupTests {
  /// Twelve rides of as many riders, a second apart.
  private func city() async throws -> (City, [String]) {
    let city = try await City()
    var rides: [String] = []
    for number in 0..<12 {
      rides.append(try await city.request("r-\(number)"))
      city.wait(1)
    }
    for number in [2, 5, 7] { try await city.cancel(rides[number], rider: "r-\(number)") }
    return (city, rides)
  }

  private func ids(_ answer: Answer) -> [String] { (answer["rides"]?.items ?? []).compactMap { $0["rideId"]?.text } }

  @Test("One ride, or 404")
  func one() async throws {
    let (city, rides) = try await city()
    let answer = try await city.call("GET", "/v1/rides/\(rides[0])")
    #expect(answer.status == 200 && answer["rideId"]?.text == rides[0] && answer["rider"]?.text == "r-0")
    #expect(try await city.call("GET", "/v1/rides/r404").summary == "404 unknownRide id")
    #expect(try await city.call("GET", "/v1/rides/r 4").summary == "400 badID id")
  }

  @Test("Pages by cursor give every ride once, newest first")
  func pages() async throws {
    let (city, rides) = try await city()
    for limit in [1, 4, 5, 12, 100] {
      var seen: [String] = []
      var query = ["limit": String(limit)]
      while true {
        let answer = try await city.call("GET", "/v1/rides", query: query)
        #expect(ids(answer).count <= limit)
        seen += ids(answer)
        guard let next = answer["nextCursor"]?.text else {
          #expect(answer["nextCursor"] == .null)
          break
        }
        query["cursor"] = next
      }
      #expect(seen == rides.reversed(), "by \(limit)")
    }
  }

  @Test("Filters by state, region, rider and driver, alone and together")
  func filters() async throws {
    let (city, rides) = try await city()
    func list(_ query: [String: String]) async throws -> [String] {
      ids(try await city.call("GET", "/v1/rides", query: query))
    }
    #expect(try await list(["state": "cancelledByRider"]) == [rides[7], rides[5], rides[2]])
    #expect(try await list(["state": "requested"]).count == 9)
    #expect(try await list(["region": "sf"]).count == 12)
    #expect(try await list(["region": "nyc"]).isEmpty)
    #expect(try await list(["rider": "r-5"]) == [rides[5]])
    #expect(try await list(["rider": "r-5", "state": "requested"]).isEmpty)
    try await city.online("cab-1")
    try await city.match()
    #expect(try await list(["driver": "cab-1"]).count == 1)
    #expect(try await list(["driver": "cab-1", "state": "offered"]).count == 1)
  }

  @Test(
    "What is wrong is named",
    arguments: [
      ("state", "waiting", "400 unknownState state"), ("limit", "0", "400 outOfRange limit"),
      ("limit", "1001", "400 outOfRange limit"), ("limit", "ten", "400 outOfRange limit"),
      ("region", "s f", "400 badID region"), ("driver", "", "400 badID driver"), ("rider", "é", "400 badID rider"),
      ("cursor", "a/b", "400 badID cursor"),
    ])
  func errors(name: String, value: String, expected: String) async throws {
    let city = try await City()
    #expect(try await city.call("GET", "/v1/rides", query: [name: value]).summary == expected)
  }

  @Test("The fare is shown line by line once it is settled, and not before")
  func fare() async throws {
    let city = try await City()
    let ride = try await city.ride(in: .completed)
    #expect(try await city.call("GET", "/v1/rides/\(ride)/fare").summary == "409 notSettled")
    _ = try await city.settle(ride)
    let answer = try await city.call("GET", "/v1/rides/\(ride)/fare")
    let lines = answer["lines"]?.items ?? []
    let total = try #require(answer["total"]?["minorUnits"]?.integer)
    #expect(answer.status == 200 && answer["rideId"]?.text == ride && lines.count >= 3)
    #expect(lines.reduce(0) { $0 + ($1["minorUnits"]?.integer ?? 0) } == total)
    let payout = try #require(answer["payout"]?["minorUnits"]?.integer)
    let commission = try #require(answer["commission"]?["minorUnits"]?.integer)
    #expect(payout + commission == total)
    let shown = try await city.call("GET", "/v1/rides/\(ride)")
    #expect(answer["total"] == shown["fare"])
    #expect(try await city.call("GET", "/v1/rides/r404/fare").summary == "404 unknownRide id")
  }
}
