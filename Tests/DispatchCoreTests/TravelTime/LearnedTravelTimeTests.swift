import HexGrid
import Testing

@testable import DispatchCore

@Suite("Learned travel times")
struct LearnedTravelTimeTests {
  private let calendar = LocalCalendar(utcOffsetSeconds: 0)
  private let center = GeoPoint(latitude: 37.775, longitude: -122.42)
  /// A Monday, 00:00.
  private let monday = Timestamp(unixMilliseconds: 1_212_364_800_000)

  private func place(east: Double, north: Double) -> GeoPoint {
    GeoPoint(latitude: center.latitude + north / 111_195, longitude: center.longitude + east / 87_900)
  }

  /// A trip at a given speed of straight line.
  private func add(
    _ trainer: inout TravelTimeTrainer, _ start: GeoPoint, _ end: GeoPoint, hour: Int, metersPerSecond: Double
  ) {
    trainer.add(
      from: start, to: end, at: monday.advanced(bySeconds: hour * 3_600),
      seconds: start.distanceMeters(to: end) / metersPerSecond)
  }

  private func speed(_ model: LearnedTravelTime, _ start: GeoPoint, _ end: GeoPoint, hour: Int) -> Double {
    start.distanceMeters(to: end) / model.seconds(from: start, to: end, at: monday.advanced(bySeconds: hour * 3_600))
  }

  /// Random trips whose speed a rule tells.
  private func learned(
    trips: Int = 4_000, _ rule: (GeoPoint, GeoPoint, Int, inout SeededRandom) -> Double
  ) throws -> LearnedTravelTime {
    var trainer = TravelTimeTrainer(calendar: calendar)
    var random = SeededRandom(seed: 3)
    for _ in 0..<trips {
      let start = place(east: Double(random.below(6_000)) - 3_000, north: Double(random.below(6_000)) - 3_000)
      let end = place(east: Double(random.below(6_000)) - 3_000, north: Double(random.below(6_000)) - 3_000)
      let hour = random.below(24)
      let speed = rule(start, end, hour, &random)
      add(&trainer, start, end, hour: hour, metersPerSecond: speed)
    }
    return try #require(trainer.train())
  }

  private var somewhere: [(GeoPoint, GeoPoint)] {
    var random = SeededRandom(seed: 99)
    return (0..<200).map { _ in
      (
        place(east: Double(random.below(6_000)) - 3_000, north: Double(random.below(6_000)) - 3_000),
        place(east: Double(random.below(6_000)) - 3_000, north: Double(random.below(6_000)) - 3_000)
      )
    }.filter { $0.0.distanceMeters(to: $0.1) > 500 }
  }

  /// The mean of the absolute errors, as a share.
  private func error(_ model: LearnedTravelTime, hour: Int, _ truth: (GeoPoint, GeoPoint) -> Double) -> Double {
    let errors = somewhere.map { abs(truth($0.0, $0.1) / speed(model, $0.0, $0.1, hour: hour) - 1) }
    return errors.reduce(0, +) / Double(errors.count)
  }

  @Test("Where all drives are alike, every drive is like them, seen or not")
  func constant() throws {
    let model = try learned { _, _, _, _ in 6 }
    for (start, end) in somewhere { #expect(abs(speed(model, start, end, hour: 5) - 6) < 0.1) }
    let far = GeoPoint(latitude: 37.3, longitude: -121.9)
    #expect(abs(speed(model, center, far, hour: 5) - 6) < 0.3)
  }

  @Test("Slow hours are slow, others are not")
  func hours() throws {
    let model = try learned { _, _, hour, _ in hour == 8 || hour == 17 ? 3 : 7 }
    #expect(error(model, hour: 8) { _, _ in 3 } < 0.1)
    #expect(error(model, hour: 12) { _, _ in 7 } < 0.1)
  }

  @Test("Speed follows the distance without steps")
  func distance() throws {
    func truth(_ start: GeoPoint, _ end: GeoPoint) -> Double { 2 + start.distanceMeters(to: end) / 1_000 }
    let model = try learned { start, end, _, _ in truth(start, end) }
    #expect(error(model, hour: 12, truth) < 0.05)
    var last = 0.0
    for meters in stride(from: 110.0, through: 3_000, by: 10) {
      let seconds = model.seconds(from: center, to: place(east: 0, north: meters), at: monday)
      // From one cell to the next it may differ a little.
      #expect(last == 0 || (0.95...1.15).contains(seconds / last), "\(meters) \(seconds) \(last)")
      last = seconds
    }
  }

  @Test("Streets that run one way are straight that way and zigzag across")
  func directions() throws {
    func truth(_ start: GeoPoint, _ end: GeoPoint) -> Double {
      let east = abs(end.longitude - start.longitude) * 87_900
      let north = abs(end.latitude - start.latitude) * 111_195
      return 6 * start.distanceMeters(to: end) / (east + north)
    }
    let model = try learned { start, end, _, _ in truth(start, end) }
    #expect(error(model, hour: 12, truth) < 0.04)
    let straight = speed(model, center, place(east: 0, north: 2_000), hour: 12)
    let diagonal = speed(model, center, place(east: 1_414, north: 1_414), hour: 12)
    #expect(straight / diagonal > 1.25)
  }

  @Test("A slow quarter is slow, and few trips hardly tell of one")
  func places() throws {
    let hill = place(east: 1_500, north: 1_500)
    func isHill(_ point: GeoPoint) -> Bool { point.distanceMeters(to: hill) < 800 }
    let model = try learned(trips: 8_000) { start, end, _, _ in isHill(start) || isHill(end) ? 3 : 6 }
    #expect(speed(model, hill, center, hour: 12) < 4.2)
    #expect(speed(model, center, place(east: -1_500, north: -1_500), hour: 12) > 5)

    var trainer = TravelTimeTrainer(calendar: calendar)
    for index in 0..<1_000 { add(&trainer, center, place(east: 2_000, north: 0), hour: index % 24, metersPerSecond: 6) }
    for _ in 0..<3 { add(&trainer, hill, place(east: -2_000, north: 0), hour: 12, metersPerSecond: 1) }
    let thin = try #require(trainer.train())
    #expect(speed(thin, hill, place(east: -2_000, north: 0), hour: 12) > 4)
  }

  @Test("Trips that went wrong do not carry the day")
  func outliers() throws {
    let model = try learned { _, _, _, random in random.chance(0.1) ? 0.6 : 6 }
    // The mean of the logarithms would tell 4.8.
    #expect(error(model, hour: 12) { _, _ in 6 } < 0.12)
  }

  @Test("What cannot be is not learned; nothing to learn is no model")
  func refused() {
    var trainer = TravelTimeTrainer(calendar: calendar)
    let nowhere = GeoPoint(latitude: .nan, longitude: .infinity)
    trainer.add(from: center, to: nowhere, at: monday, seconds: 100)
    trainer.add(from: nowhere, to: center, at: monday, seconds: .nan)
    trainer.add(from: center, to: place(east: 50, north: 0), at: monday, seconds: 10)
    for seconds in [0, -5, .nan, .infinity, 1e-9] {
      trainer.add(from: center, to: place(east: 2_000, north: 0), at: monday, seconds: seconds)
    }
    #expect(trainer.train() == nil)
  }

  @Test("Any question has an answer that is a time")
  func questions() throws {
    let model = try learned(trips: 500) { _, _, _, _ in 6 }
    let odd = [
      GeoPoint(latitude: .nan, longitude: 0), GeoPoint(latitude: 90, longitude: 0),
      GeoPoint(latitude: -90, longitude: 180),
      GeoPoint(latitude: 0, longitude: .infinity), center,
    ]
    for start in odd {
      for end in odd {
        for time in [monday, Timestamp(unixMilliseconds: .min), Timestamp(unixMilliseconds: .max)] {
          let seconds = model.seconds(from: start, to: end, at: time)
          #expect(seconds >= 0 && seconds.isFinite)
        }
      }
    }
  }

  @Test("The order of the trips hardly matters, and the same trips make the same model")
  func repeatable() throws {
    let first = try learned { _, _, hour, _ in Double(hour % 5) + 3 }
    #expect(try learned { _, _, hour, _ in Double(hour % 5) + 3 } == first)
  }

  @Test("A model's text is read as the same model")
  func text() throws {
    var random = SeededRandom(seed: 8)
    let trips = (0..<3_000).map { index in
      let start = place(east: Double(random.below(6_000)) - 3_000, north: Double(random.below(6_000)) - 3_000)
      let end = place(east: Double(random.below(6_000)) - 3_000, north: Double(random.below(6_000)) - 3_000)
      let time = monday.advanced(bySeconds: index * 400)
      return CompletedTrip(
        pickup: start, dropoff: end, pickupTime: time,
        dropoffTime: time.advanced(bySeconds: 60 + Int(start.distanceMeters(to: end) / Double(3 + random.below(5)))))
    }
    let model = try #require(CityModel.trained(on: trips, calendar: calendar))
    #expect(!model.travelTime.byPlace.isEmpty && !model.travelTime.byPair.isEmpty)
    let again = try CityModel(text: model.text)
    #expect(again.travelTime == model.travelTime)
    let role = try #require(model.travelTime.byPlace.keys.map(\.role).max())
    #expect(role < LearnedTravelTime.roles)
  }
}
