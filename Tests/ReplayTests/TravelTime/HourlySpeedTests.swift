import HexGrid
import Replay
import Testing

struct HourlySpeedTests {
  private static func trip(hour: Int, speed: Double, kilometers: Double) -> RecordedTrip {
    let start = GeoPoint(latitude: 37.7, longitude: -122.4)
    let end = GeoPoint(latitude: 37.7 + kilometers / 111.195, longitude: -122.4)
    let pickup = Int64(hour) * 3_600_000
    let duration = start.distanceMeters(to: end) / speed * 1_000
    return RecordedTrip(
      pickupMilliseconds: pickup, dropoffMilliseconds: pickup + Int64(duration), pickup: start, dropoff: end)
  }

  @Test func learnsMediansAndFillsGapsFromNeighbours() {
    let trips = [
      Self.trip(hour: 3, speed: 4, kilometers: 2), Self.trip(hour: 3, speed: 5, kilometers: 2),
      Self.trip(hour: 3, speed: 9, kilometers: 2), Self.trip(hour: 20, speed: 8, kilometers: 2),
      // Too far, too fast, too slow: no teachers.
      Self.trip(hour: 3, speed: 20, kilometers: 8), Self.trip(hour: 3, speed: 60, kilometers: 2),
      Self.trip(hour: 3, speed: 0.1, kilometers: 1),
    ]
    let speed = HourlySpeed(learnedFrom: trips, zone: .fixed(0))
    #expect(abs(speed.metersPerSecond[3] - 5) < 0.01)
    #expect(abs(speed.metersPerSecond[4] - 5) < 0.01)
    #expect(abs(speed.metersPerSecond[21] - 8) < 0.01)
    #expect(abs(speed.metersPerSecond[0] - 5) < 0.01)
    #expect(speed.trips[3] == 3 && speed.trips[4] == 0)
    #expect(HourlySpeed(learnedFrom: [], zone: .fixed(0)).metersPerSecond == HourlySpeed().metersPerSecond)
  }

  @Test func detourLengthensTheWay() {
    let plain = TravelTime(speed: HourlySpeed(constant: 5), zone: .fixed(0))
    let winding = TravelTime(speed: HourlySpeed(constant: 5), detour: 1.3, zone: .fixed(0))
    let (from, to) = (GeoPoint(latitude: 37.7, longitude: -122.4), GeoPoint(latitude: 37.75, longitude: -122.4))
    let time = plain.milliseconds(from: from, to: to, at: 0)
    #expect(abs(Double(time) - from.distanceMeters(to: to) * 200) < 2)
    #expect(abs(Double(winding.milliseconds(from: from, to: to, at: 0)) - Double(time) * 1.3) < 2)
  }
}
