import DispatchCore
import Testing

@Suite("What drivers do")
struct DriverActivityTests {
  private static let offer = OfferID(trusted: "o1-1")
  private static let otherOffer = OfferID(trusted: "o2-1")
  private static let ride = RideID(trusted: "r1")
  private static let next = RideID(trusted: "r2")
  private static let third = RideID(trusted: "r3")

  private static let activities: [DriverActivity] = [
    .offline, .idle, .offered(offer), .busy(ride), .busy(ride, next: .offered(offer)), .busy(ride, next: .ride(next)),
  ]

  private static let actions: [DriverAction] = [
    .offer(offer), .offer(otherOffer), .accept(offer, next), .accept(otherOffer, next), .closeOffer(offer),
    .closeOffer(otherOffer), .leave(offer), .leave(otherOffer), .endRide(ride), .endRide(next), .endRide(third),
    .offerNext(offer, during: ride), .offerNext(offer, during: third),
  ]

  /// Everything that is possible; whatever is not here is not.
  private static let table: [(DriverActivity, DriverAction, DriverActivity)] = [
    (.idle, .offer(offer), .offered(offer)),
    (.idle, .offer(otherOffer), .offered(otherOffer)),
    (.offered(offer), .accept(offer, next), .busy(next)),
    (.offered(offer), .closeOffer(offer), .idle),
    (.offered(offer), .leave(offer), .offline),
    (.busy(ride), .offerNext(offer, during: ride), .busy(ride, next: .offered(offer))),
    (.busy(ride), .endRide(ride), .idle),
    (.busy(ride, next: .offered(offer)), .accept(offer, next), .busy(ride, next: .ride(next))),
    (.busy(ride, next: .offered(offer)), .closeOffer(offer), .busy(ride)),
    (.busy(ride, next: .offered(offer)), .endRide(ride), .offered(offer)),
    (.busy(ride, next: .ride(next)), .endRide(ride), .busy(next)),
    (.busy(ride, next: .ride(next)), .endRide(next), .busy(ride)),
  ]

  @Test("Every action on every activity leads where it should, or nowhere")
  func everyAction() {
    for activity in Self.activities {
      for action in Self.actions {
        let expected = Self.table.first { $0.0 == activity && $0.1 == action }?.2
        #expect(activity.after(action) == expected, "\(activity) \(action)")
      }
    }
  }

  @Test("The parts of an activity")
  func parts() {
    let parts = Self.activities.map { [$0.offer?.text, $0.ride?.text, $0.nextRide?.text] }
    #expect(
      parts == [
        [nil, nil, nil], [nil, nil, nil], ["o1-1", nil, nil], [nil, "r1", nil], ["o1-1", "r1", nil],
        [nil, "r1", "r2"],
      ])
    #expect(Self.activities.map(\.name) == ["offline", "idle", "offered", "busy", "busy", "busy"])
  }

  @Test("The seconds left of a ride: by its quote, none once it is overdue")
  func secondsLeft() {
    let driver = SoonFreeDriver(
      driver: Samples.driver, vehicleClass: .standard, ride: Self.ride, dropoff: Samples.dropoff,
      startedAt: Samples.at(0), expectedFreeAt: Samples.at(600))
    #expect(driver.secondsLeft(at: Samples.at(0)) == 600)
    #expect(driver.secondsLeft(at: Samples.at(541)) == 59)
    #expect(driver.secondsLeft(at: Samples.at(900)) == 0)
    #expect(driver.secondsLeft(at: Timestamp(unixMilliseconds: .min)) > 0)
  }
}
