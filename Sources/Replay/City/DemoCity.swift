import HexGrid

/// A made-up city for those who have no file: San Francisco's outline, places that draw people at different hours, and a
/// fleet that starts where people live.
///
/// Everything follows from the seed by exact arithmetic, so that it is the same on every machine.
package struct DemoCity: Sendable {
  /// Chooses every number.
  package var seed: UInt64
  /// How many drivers.
  package var drivers: Int
  /// How many requests within the time played.
  package var requests: Int
  /// The local time of day at which to begin.
  package var from: TimeOfDay
  /// The local time of day after which nobody asks any more; one before `from` is on the next day.
  package var to: TimeOfDay
  /// Driven distance over crow distance.
  package var detour: Double

  /// Creates a city.
  /// - Parameters:
  ///   - seed: chooses every number.
  ///   - drivers: how many.
  ///   - requests: how many within the time played; nil is about what that time of day asks for (600 in the evening peak).
  ///   - from: when to begin; nil is 17:00.
  ///   - to: when the last request may come; nil is an hour later.
  ///   - detour: driven distance over crow distance.
  package init(
    seed: UInt64 = 1, drivers: Int = 200, requests: Int? = nil, from: TimeOfDay? = nil, to: TimeOfDay? = nil,
    detour: Double = 1
  ) {
    self.seed = seed
    self.drivers = max(drivers, 1)
    var start = from ?? TimeOfDay(seconds: 17 * 3_600)
    if start.seconds == 86_400 { start.seconds = 0 }
    self.from = start
    self.to = to ?? TimeOfDay(seconds: min(start.seconds + 3_600, 86_400))
    self.detour = max(detour, 1)
    self.requests = max(requests ?? Self.usualRequests(from: self.from, to: self.to), 1)
  }

  /// A place that draws people, and how much at which time of day.
  private struct HotSpot {
    var place: GeoPoint
    var spreadMeters: Double
    var home: Double
    var work: Double
    var leisure: Double
  }

  private static let south = 37.712
  private static let north = 37.804
  private static let west = -122.503
  private static let east = -122.396

  private static let hotSpots = [
    HotSpot(place: GeoPoint(latitude: 37.7925, longitude: -122.4000), spreadMeters: 550, home: 2, work: 22, leisure: 6),
    HotSpot(place: GeoPoint(latitude: 37.7800, longitude: -122.4030), spreadMeters: 700, home: 5, work: 14, leisure: 7),
    HotSpot(place: GeoPoint(latitude: 37.7870, longitude: -122.4090), spreadMeters: 450, home: 5, work: 8, leisure: 14),
    HotSpot(place: GeoPoint(latitude: 37.7785, longitude: -122.4180), spreadMeters: 500, home: 6, work: 9, leisure: 5),
    HotSpot(place: GeoPoint(latitude: 37.7990, longitude: -122.4085), spreadMeters: 500, home: 8, work: 4, leisure: 10),
    HotSpot(place: GeoPoint(latitude: 37.7990, longitude: -122.4360), spreadMeters: 700, home: 12, work: 3, leisure: 8),
    HotSpot(place: GeoPoint(latitude: 37.7920, longitude: -122.4350), spreadMeters: 700, home: 10, work: 4, leisure: 6),
    HotSpot(
      place: GeoPoint(latitude: 37.7630, longitude: -122.4200), spreadMeters: 800, home: 14, work: 6, leisure: 14),
    HotSpot(place: GeoPoint(latitude: 37.7610, longitude: -122.4350), spreadMeters: 550, home: 9, work: 3, leisure: 9),
    HotSpot(place: GeoPoint(latitude: 37.7700, longitude: -122.4470), spreadMeters: 600, home: 9, work: 3, leisure: 6),
    HotSpot(
      place: GeoPoint(latitude: 37.7800, longitude: -122.4660), spreadMeters: 1_000, home: 9, work: 3, leisure: 4),
    HotSpot(
      place: GeoPoint(latitude: 37.7600, longitude: -122.4750), spreadMeters: 1_100, home: 8, work: 3, leisure: 3),
    HotSpot(
      place: GeoPoint(latitude: 37.7400, longitude: -122.4250), spreadMeters: 1_100, home: 8, work: 2, leisure: 3),
  ]

  /// Requests of a Friday by local hour, relative to the evening peak.
  private static let demand: [Double] = [
    0.55, 0.45, 0.30, 0.12, 0.08, 0.10, 0.22, 0.45, 0.70, 0.72, 0.60, 0.58, 0.60, 0.58, 0.60, 0.66, 0.78, 0.95, 1.00,
    0.98, 0.90, 0.88, 0.92, 0.85,
  ]
  private static let peakRequestsPerHour = 620.0
  /// Crow metres per second by local hour.
  private static let speed: [Double] = [
    7.4, 7.6, 7.8, 8.2, 8.6, 8.2, 7.2, 6.0, 5.2, 5.1, 5.3, 5.3, 5.2, 5.2, 5.1, 5.0, 4.9, 4.9, 5.2, 5.7, 6.1, 6.3, 6.6,
    7.0,
  ]
  /// Friday 2024-06-07, 00:00 in San Francisco.
  private static let midnightSeconds: Int64 = 1_717_743_600

  private static func usualRequests(from: TimeOfDay, to: TimeOfDay) -> Int {
    let end = to.seconds > from.seconds ? to.seconds : to.seconds + 86_400
    var total = 0.0
    var moment = from.seconds
    while moment < end {
      let next = min((moment / 3_600 + 1) * 3_600, end)
      total += demand[Int(moment / 3_600 % 24)] * Double(next - moment) / 3_600 * peakRequestsPerHour
      moment = next
    }
    return Int(total.rounded())
  }

  /// Makes the day.
  package func makeScenario() -> Scenario {
    var random = SplitMix64(seed: seed, stream: 1)
    let start = (Self.midnightSeconds + from.seconds) * 1_000
    let length = (to.seconds > from.seconds ? to.seconds : to.seconds + 86_400) - from.seconds
    let end = start + length * 1_000
    var speeds = HourlySpeed()
    speeds.metersPerSecond = Self.speed
    let travelTime = TravelTime(speed: speeds, detour: detour, zone: .sanFrancisco)

    var moments: [Int64] = []
    while moments.count < requests {
      let moment = start + Int64(random.below(Int(max(end - start, 1))))
      if random.unit() < Self.demand[travelTime.zone.hour(atUnixMilliseconds: moment)] { moments.append(moment) }
    }
    moments.sort()
    let trips = moments.map { moment in
      Self.request(at: moment, travelTime: travelTime, random: &random)
    }
    let evenly = Self.weights(at: 3) { $0.home }
    let fleet = (0..<drivers).map { index in
      // Half of the fleet is where people live, half where they want to be picked up at that hour.
      let weights = index % 2 == 0 ? evenly : Self.origins(atHour: Double(from.seconds) / 3_600)
      return Scenario.Driver(name: "driver-\(index + 1)", start: Self.place(weights: weights, random: &random))
    }
    return Scenario(
      requests: trips, drivers: fleet, startMilliseconds: start, endMilliseconds: end, travelTime: travelTime,
      notes: ["a made-up city with seed \(seed): \(drivers) drivers, \(requests) requests"])
  }

  private static func request(at moment: Int64, travelTime: TravelTime, random: inout SplitMix64) -> Scenario.Request {
    let seconds = moment / 1_000 + travelTime.zone.offsetSeconds(at: moment / 1_000)
    let hour = Double(seconds - CivilTime.floorDivide(seconds, 86_400) * 86_400) / 3_600
    let pickup = place(weights: origins(atHour: hour), random: &random)
    let wanted = destinations(atHour: hour)
    var dropoff = place(weights: wanted, random: &random)
    for _ in 0..<20 where !(700...6_500).contains(pickup.distanceMeters(to: dropoff)) {
      dropoff = place(weights: wanted, random: &random)
    }
    let drive = Double(travelTime.milliseconds(from: pickup, to: dropoff, at: moment))
    let ride = Int64(max(drive * (0.85 + 0.4 * random.unit()), 90_000))
    return Scenario.Request(unixMilliseconds: moment, pickup: pickup, dropoff: dropoff, rideMilliseconds: ride)
  }

  /// How much each kind of place sends at an hour: in the morning homes, in the evening work, later leisure.
  private static func origins(atHour hour: Double) -> [Double] {
    let morning = bump(hour, around: 8.5, width: 3)
    let evening = bump(hour, around: 17.5, width: 3)
    let night = max(bump(hour, around: 23.5, width: 4), bump(hour + 24, around: 24.5, width: 4))
    return weights(at: hour) {
      $0.home * (0.35 + morning) + $0.work * (0.35 + evening) + $0.leisure * (0.3 + night)
    }
  }

  private static func destinations(atHour hour: Double) -> [Double] {
    let morning = bump(hour, around: 8.5, width: 3)
    let evening = bump(hour, around: 18.5, width: 4)
    let night = max(bump(hour, around: 24, width: 4), bump(hour + 24, around: 25, width: 4))
    return weights(at: hour) {
      $0.home * (0.35 + evening * 0.8 + night) + $0.work * (0.35 + morning) + $0.leisure * (0.3 + evening * 0.8)
    }
  }

  private static func weights(at hour: Double, _ weight: (HotSpot) -> Double) -> [Double] {
    hotSpots.map { max(weight($0), 0) }
  }

  /// A hill of height 1 that reaches zero at the width on both sides.
  private static func bump(_ hour: Double, around centre: Double, width: Double) -> Double {
    let offset = abs(hour - centre) / width
    return offset >= 1 ? 0 : (1 - offset) * (1 - offset) * (1 + 2 * offset)
  }

  private static func place(weights: [Double], random: inout SplitMix64) -> GeoPoint {
    let metersPerDegree = 111_195.0
    let cosine = 0.7907  // of 37.75 degrees
    var spot = hotSpots[0]
    var share = random.unit() * weights.reduce(0, +)
    for (index, weight) in weights.enumerated() {
      spot = hotSpots[index]
      share -= weight
      if share < 0 { break }
    }
    while true {
      let latitude = spot.place.latitude + bell(&random) * spot.spreadMeters / metersPerDegree
      let longitude = spot.place.longitude + bell(&random) * spot.spreadMeters / (metersPerDegree * cosine)
      if (south...north).contains(latitude), (west...east).contains(longitude) {
        return GeoPoint(
          latitude: (latitude * 1e6).rounded() / 1e6, longitude: (longitude * 1e6).rounded() / 1e6)
      }
    }
  }

  /// Nearly normal with mean 0 and deviation 1: the sum of twelve uniform numbers less six, which needs no logarithm.
  private static func bell(_ random: inout SplitMix64) -> Double {
    var sum = -6.0
    for _ in 0..<12 { sum += random.unit() }
    return sum
  }
}

extension TimeOfDay {
  init(seconds: Int64) { self.seconds = seconds }
}
