import HexGrid
import Testing

@testable import DispatchCore

@Suite("Reviews of suggestions")
struct SuggestionReviewTests {
  private static let start = GeoPoint(latitude: 37.78, longitude: -122.42)
  private static let target = GeoPoint(latitude: 37.80, longitude: -122.42)
  private static let halfway = GeoPoint(latitude: 37.79, longitude: -122.42)

  private func driver(at place: GeoPoint, seen seconds: Int, version: Int64 = 3) throws -> DriverSnapshot {
    var driver = DriverSnapshot(
      driver: Samples.driver, position: place, cell: try Samples.cell(place), seenAt: Samples.at(seconds),
      isOccupied: false, vehicleClass: .standard, activityName: "idle")
    driver.statusVersion = version
    return driver
  }

  private func suggestion() throws -> Suggestion {
    let move = RebalanceMove(driver: Samples.driver, target: Self.target, driveSeconds: 400)
    return Suggestion(move, to: try driver(at: Self.start, seen: 0), in: Samples.region, now: Samples.at(0))
  }

  private func review(_ place: GeoPoint, at seconds: Int, version: Int64 = 3) throws -> SuggestionReview {
    SuggestionReview(
      try suggestion(), driver: try driver(at: place, seen: seconds, version: version), now: Samples.at(seconds),
      metersPerSecond: 5)
  }

  @Test("Expires half as long again as the drive, and time to set off")
  func expiry() throws {
    #expect(try suggestion().expiresAt == Samples.at(400 * 3 / 2 + 120))
  }

  @Test("Each driver's each suggestion has an id of its own")
  func ids() throws {
    let move = RebalanceMove(driver: Samples.driver, target: Self.target, driveSeconds: 400)
    let one = try suggestion()
    let later = Suggestion(move, to: try driver(at: Self.start, seen: 0), in: Samples.region, now: Samples.at(60))
    var other = try driver(at: Self.start, seen: 0)
    other.driver = Samples.otherDriver
    let others = Suggestion(move, to: other, in: Samples.region, now: Samples.at(0))
    #expect(Set([one.id, later.id, others.id]).count == 3)
    #expect(try suggestion().id == one.id)
  }

  @Test("Who has just heard of it, or comes nearer, is under way")
  func underWay() throws {
    guard case .underWay(Self.target, let early) = try review(Self.start, at: 60) else {
      Issue.record("not under way at first")
      return
    }
    #expect(abs(early - Self.start.distanceMeters(to: Self.target) / 5) < 1)
    guard case .underWay(Self.target, let left) = try review(Self.halfway, at: 200) else {
      Issue.record("not under way halfway")
      return
    }
    #expect(left < early)
  }

  @Test("Who is there, did something else, or is out of time is done with it")
  func over() throws {
    #expect(try review(Self.target, at: 300) == .over)
    #expect(try review(Self.halfway, at: 200, version: 4) == .over)
    #expect(try review(Self.halfway, at: 720) == .over)
  }

  @Test("Who has not set off in time has refused, and is left alone for a quarter of an hour")
  func refused() throws {
    #expect(try review(Self.start, at: 120) == .refused)
    #expect(try review(Self.start, at: 899) == .refused)
    #expect(try review(Self.start, at: 900) == .over)
  }
}
