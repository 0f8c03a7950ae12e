import HexGrid
import Replay
import Testing

/// Counts of the real files, as their publisher's notes give them.
struct RecordedFilesTests {
  @Test(.enabled(if: TestData.path("sf_cabs/trips_2008-06-06_fri.csv.gz") != nil))
  func readsTheFridaysTrips() throws {
    let path = try #require(TestData.path("sf_cabs/trips_2008-06-06_fri.csv.gz"))
    let file = try TripFile.read(path: path)
    #expect(file.rows.read == 23_151)
    #expect(file.trips.count == 20_986)
    #expect(file.rows.unclean == 2_165)
    #expect(file.rows.bad == 0)
    #expect(file.zone == .fixed(-7 * 3_600))
    #expect(file.trips.first?.pickupMilliseconds == 1_212_735_767_000)
  }

  @Test(.enabled(if: TestData.path("sf_cabs/pings_2008-06-06_fri.csv.gz") != nil))
  func readsTheFridaysPings() throws {
    let path = try #require(TestData.path("sf_cabs/pings_2008-06-06_fri.csv.gz"))
    let file = try PingFile.read(path: path)
    #expect(file.pings.count == 507_231)
    #expect(file.cabs.count == 503)
    #expect(file.firstPlaces().count == 503)
    #expect(file.cabs.first == "egreosko")
    #expect(file.pings.last?.unixMilliseconds == 1_212_821_999_000)
  }

  @Test(.enabled(if: TestData.path("nyc_taxi/nyc_2013-11-18_mon_16h_requests.csv.gz") != nil))
  func readsNewYorksPeakHour() throws {
    let requests = try #require(TestData.path("nyc_taxi/nyc_2013-11-18_mon_16h_requests.csv.gz"))
    let taxis = try #require(TestData.path("nyc_taxi/nyc_2013-11-18_mon_15h_taxis.csv.gz"))
    let file = try TripFile.read(path: requests)
    #expect(file.trips.count == 18_362)
    // 16:00 in New York is 21:00 UTC in November.
    #expect(file.trips.first?.pickupMilliseconds == 1_384_808_400_000)
    #expect(try FleetFile.read(path: taxis).names.count == 8_921)
    let scenario = try ScenarioFiles(trips: requests, pings: taxis, fleet: .share(0.6)).load()
    #expect(scenario.drivers.count == 5_353)
    #expect(scenario.requests.count == 18_362)
    #expect(scenario.startMilliseconds == 1_384_808_400_000)
  }

  @Test(.enabled(if: TestData.path("sf_cabs/trips_2008-06-06_fri.csv.gz") != nil))
  func makesAScenarioOfTwoHours() throws {
    let trips = try #require(TestData.path("sf_cabs/trips_2008-06-06_fri.csv.gz"))
    let pings = try #require(TestData.path("sf_cabs/pings_2008-06-06_fri.csv.gz"))
    let scenario = try ScenarioFiles(
      trips: trips, pings: pings, fleet: .count(251), from: TimeOfDay("17:00"), to: TimeOfDay("19:00"), seed: 3
    ).load()
    #expect(scenario.drivers.count == 251)
    // 2008-06-06 17:00 in San Francisco.
    #expect(scenario.startMilliseconds == 1_212_796_800_000)
    #expect(scenario.endMilliseconds - scenario.startMilliseconds == 7_200_000)
    #expect(scenario.requests.count > 1_500)
    #expect(
      scenario.requests.allSatisfy {
        (scenario.startMilliseconds..<scenario.endMilliseconds).contains($0.unixMilliseconds)
      })
    #expect(scenario.travelTime.speed.metersPerSecond.allSatisfy { (2...15).contains($0) })
  }
}
