import HexGrid
import Replay
import Testing

struct DemoCityTests {
  @Test func isTheSameForTheSameSeed() {
    let first = DemoCity(seed: 4).makeScenario()
    let second = DemoCity(seed: 4).makeScenario()
    #expect(first.requests == second.requests)
    #expect(first.drivers == second.drivers)
    #expect(DemoCity(seed: 5).makeScenario().requests != first.requests)
  }

  /// These very numbers on every machine: nothing comes from the system.
  @Test func startsWithKnownNumbers() throws {
    var random = SplitMix64(seed: 1_234_567)
    // The published first outputs of the algorithm for this seed.
    #expect(random.next() == 6_457_827_717_110_365_317)
    #expect(random.next() == 3_203_168_211_198_807_973)
  }

  @Test func staysInTheCityAndAskedForTime() {
    let scenario = DemoCity(seed: 1).makeScenario()
    #expect(scenario.drivers.count == 200)
    #expect((450...750).contains(scenario.requests.count))
    #expect(scenario.endMilliseconds - scenario.startMilliseconds == 3_600_000)
    #expect(scenario.travelTime.zone.hour(atUnixMilliseconds: scenario.startMilliseconds) == 17)
    for request in scenario.requests {
      for place in [request.pickup, request.dropoff] {
        #expect((37.70...37.81).contains(place.latitude) && (-122.51 ... -122.39).contains(place.longitude))
      }
      #expect((scenario.startMilliseconds..<scenario.endMilliseconds).contains(request.unixMilliseconds))
      #expect((request.rideMilliseconds ?? 0) >= 90_000)
    }
    let moments = scenario.requests.map(\.unixMilliseconds)
    #expect(moments == moments.sorted())
  }

  /// In the morning people leave homes for work, in the evening they return.
  @Test func flowsTurnRoundOverTheDay() {
    let office = GeoPoint(latitude: 37.7925, longitude: -122.4)
    func share(_ from: String, _ to: String, _ place: (Scenario.Request) -> GeoPoint) -> Double {
      let scenario = DemoCity(seed: 2, requests: 3_000, from: TimeOfDay(from), to: TimeOfDay(to)).makeScenario()
      return Double(scenario.requests.count { place($0).distanceMeters(to: office) < 1_200 }) / 3_000
    }
    #expect(share("08:00", "09:00", \.dropoff) > 1.3 * share("08:00", "09:00", \.pickup))
    #expect(share("17:00", "18:00", \.pickup) > 1.3 * share("17:00", "18:00", \.dropoff))
  }

  @Test func readsFleetSizesAndTimes() {
    #expect(FleetSize("352") == .count(352))
    #expect(FleetSize("0.7") == .share(0.7))
    #expect(FleetSize("all") == .all)
    for text in ["", "0", "-3", "1.5", "x"] { #expect(FleetSize(text) == nil) }
    #expect(TimeOfDay("17:05")?.seconds == 61_500)
    #expect(TimeOfDay("24:00")?.seconds == 86_400)
    for text in ["", "17", "24:01", "7:60", "a:b", "1:2:3:4", "-1:00"] { #expect(TimeOfDay(text) == nil) }
  }

  @Test func movesWholeDays() {
    let scenario = DemoCity(seed: 1).makeScenario()
    let moved = scenario.shifted(byMilliseconds: 5_400_000)
    #expect(moved.requests[0].unixMilliseconds == scenario.requests[0].unixMilliseconds + 5_400_000)
    // The hour of the record decides the speed, not the hour on the wall.
    let (from, to) = (scenario.requests[0].pickup, scenario.requests[0].dropoff)
    #expect(
      moved.travelTime.milliseconds(from: from, to: to, at: moved.startMilliseconds)
        == scenario.travelTime.milliseconds(from: from, to: to, at: scenario.startMilliseconds))
  }
}
