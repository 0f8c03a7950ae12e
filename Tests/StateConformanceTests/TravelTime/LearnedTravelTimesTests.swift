import DispatchCore
import DispatchState
import HexGrid
import Testing

@Suite("Learned travel times as a port")
struct LearnedTravelTimesTests {
  private let region = RegionID(trusted: "sf")
  private let now = Timestamp(unixMilliseconds: 1_212_735_600_000)
  private let start = GeoPoint(latitude: 37.7749, longitude: -122.4194)
  private let end = GeoPoint(latitude: 37.7949, longitude: -122.3994)
  private let nowhere = GeoPoint(latitude: .nan, longitude: 0)

  @Test("Without a model the speed of the hour tells; with one, the model of that region")
  func sources() async throws {
    let models = HeldModels()
    let times: any TravelTimes = LearnedTravelTimes(models: models, speeds: .standard)
    #expect(!times.knowsRoads)
    let straight = try await times.estimate(from: start, to: end, at: now, in: region)
    #expect(
      straight
        == DriveEstimate(seconds: Double(SpeedProfile.standard.seconds(from: start, to: end, at: now)), meters: nil))

    let trips = (0..<40).map { index in
      CompletedTrip(
        pickup: start, dropoff: end, pickupTime: now.advanced(bySeconds: -index * 900),
        dropoffTime: now.advanced(bySeconds: 1_500 - index * 900))
    }
    let city = try #require(CityModel.trained(on: trips, calendar: LocalCalendar(utcOffsetSeconds: -25_200)))
    models.put(LiveModel(version: "1", city: city), for: region)
    let learned = try await times.estimate(from: start, to: end, at: now, in: region)
    #expect(learned == DriveEstimate(seconds: city.travelTime.seconds(from: start, to: end, at: now), meters: nil))
    #expect(learned?.seconds != straight?.seconds)
    #expect(try await times.estimate(from: start, to: end, at: now, in: RegionID(trusted: "nyc")) == straight)
    models.put(nil, for: region)
    #expect(try await times.estimate(from: start, to: end, at: now, in: region) == straight)
  }

  @Test("Every origin has its estimate in its place; what is no position has none")
  func shapes() async throws {
    let times = LearnedTravelTimes(models: HeldModels(), speeds: .standard)
    let found = try await times.estimates(
      for: [
        DriveQuery(origins: [start, nowhere, end], destination: end), DriveQuery(origins: [], destination: start),
        DriveQuery(origins: [start], destination: nowhere),
      ], at: now, in: region)
    #expect(found.map(\.count) == [3, 0, 1])
    #expect(found[0][0] != nil && found[0][1] == nil && found[0][2]?.seconds == 1 && found[2][0] == nil)
    #expect(try await times.estimates(for: [], at: now, in: region).isEmpty)
    #expect(DriveEstimate(seconds: 0, meters: nil).wholeSeconds == 1)
    #expect(DriveEstimate(seconds: 10.2, meters: nil).wholeSeconds == 11)
    #expect(DriveEstimate(seconds: .infinity, meters: nil).wholeSeconds == 1)
  }
}
