import DispatchCore
import HexGrid
import Testing

@Suite("Speeds")
struct SpeedProfileTests {
  /// Hour 0 at 1 m/s, hour 1 at 2 m/s, …
  private func hours(offset: Int) throws -> SpeedProfile {
    try #require(SpeedProfile(metersPerSecondByHour: (1...24).map(Double.init), utcOffsetSeconds: offset))
  }

  private func hour(_ milliseconds: Int64, offset: Int = 0) throws -> Int {
    Int(try hours(offset: offset).metersPerSecond(at: Timestamp(unixMilliseconds: milliseconds))) - 1
  }

  @Test("The hour turns on the hour, before 1970 as after it")
  func hourOfDay() throws {
    #expect(try hour(0) == 0)
    #expect(try hour(3_599_999) == 0)
    #expect(try hour(3_600_000) == 1)
    #expect(try hour(86_399_999) == 23)
    #expect(try hour(-1) == 23)
    #expect(try hour(-3_600_000) == 23)
    #expect(try hour(-3_600_001) == 22)
    #expect(try hour(-86_400_000) == 0)
  }

  @Test("Local time is UTC plus the offset, any day, any sign")
  func offsets() throws {
    #expect(try hour(0, offset: -7 * 3_600) == 17)
    #expect(try hour(0, offset: 5 * 3_600 + 1_800) == 5)
    var random = SeededRandom(seed: 5)
    for _ in 0..<2_000 {
      let milliseconds = Int64(random.below(1 << 45)) - (1 << 44)
      let offset = random.below(172_801) - 86_400
      var second = (Int128(milliseconds) + Int128(offset) * 1_000) % 86_400_000
      if second < 0 { second += 86_400_000 }
      #expect(try hour(milliseconds, offset: offset) == Int(second / 3_600_000), "\(milliseconds) \(offset)")
    }
    for milliseconds in [Int64.min, .max] {
      for offset in [-86_400, 0, 86_400] { #expect((0..<24).contains(try hour(milliseconds, offset: offset))) }
    }
  }

  @Test("Only 24 finite speeds above zero and an offset within a day make a profile")
  func refused() {
    let good = Array(repeating: 5.0, count: 24)
    #expect(SpeedProfile(metersPerSecondByHour: good, utcOffsetSeconds: 0) != nil)
    #expect(SpeedProfile(metersPerSecondByHour: Array(good.dropLast()), utcOffsetSeconds: 0) == nil)
    for bad in [0, -1, .infinity, .nan] as [Double] {
      #expect(SpeedProfile(metersPerSecondByHour: Array(good.dropLast()) + [bad], utcOffsetSeconds: 0) == nil)
    }
    for offset in [86_401, -86_401, .max, .min] {
      #expect(SpeedProfile(metersPerSecondByHour: good, utcOffsetSeconds: offset) == nil)
    }
  }

  @Test("Travel time is the way over the speed, rounded up, at least a second")
  func seconds() {
    let here = Samples.pickup
    let there = Samples.dropoff
    let expected = Int((here.distanceMeters(to: there) / 5).rounded(.up))
    #expect(SpeedProfile.standard.seconds(from: here, to: there, at: Samples.start) == expected)
    #expect(SpeedProfile.standard.seconds(from: here, to: here, at: Samples.start) == 1)
    let nowhere = GeoPoint(latitude: .nan, longitude: 0)
    #expect(SpeedProfile.standard.seconds(from: here, to: nowhere, at: Samples.start) == 1)
  }
}
