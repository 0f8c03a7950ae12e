import HexGrid
import Testing

@testable import DispatchCore

@Suite("Review of travel times")
struct TravelTimeReviewTests {
  private let start = GeoPoint(latitude: 37.775, longitude: -122.42)
  private let end = GeoPoint(latitude: 37.785, longitude: -122.42)

  private func trip(hour: Int, seconds: Int, to end: GeoPoint? = nil) -> CompletedTrip {
    let time = Timestamp(unixMilliseconds: 0).advanced(bySeconds: hour * 3_600)
    return CompletedTrip(
      pickup: start, dropoff: end ?? self.end, pickupTime: time, dropoffTime: time.advanced(bySeconds: seconds))
  }

  @Test("Errors are shares of the truth, by local hour; trips that tell nothing are left out")
  func errors() {
    let trips = [
      trip(hour: 1, seconds: 100), trip(hour: 1, seconds: 200), trip(hour: 1, seconds: 400), trip(hour: 5, seconds: 50),
      trip(hour: 5, seconds: 0), trip(hour: 5, seconds: 100, to: start),
    ]
    let review = TravelTimeReview(trips, calendar: LocalCalendar(utcOffsetSeconds: 3_600)) { _, _, _ in 100 }
    #expect(review.byHour[2] == TravelTimeReview.Errors(trips: 3, mean: (0 + 0.5 + 0.75) / 3, median: 0.5))
    #expect(review.byHour[6] == TravelTimeReview.Errors(trips: 1, mean: 1, median: 1))
    #expect(review.all.trips == 4 && review.all.median == 0.625)
    #expect(review.byHour[0] == TravelTimeReview.Errors())
  }

  @Test("The median speed is that of plausible trips")
  func speed() {
    let meters = start.distanceMeters(to: end)
    let trips = [
      trip(hour: 0, seconds: 100), trip(hour: 0, seconds: 200), trip(hour: 0, seconds: 300), trip(hour: 0, seconds: 1),
    ]
    #expect(TravelTimeReview.medianMetersPerSecond(of: trips) == meters / 200)
    #expect(TravelTimeReview.medianMetersPerSecond(of: []) == nil)
  }
}
