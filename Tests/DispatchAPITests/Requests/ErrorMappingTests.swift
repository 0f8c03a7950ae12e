import DispatchAPI
import DispatchCore
import DispatchState
import FunctionKit
import Testing

@Suite("Errors as callers see them")
struct ErrorMappingTests {
  @Test("Failures of stores")
  func stores() async {
    let expected: [(StateError, Int, String)] = [
      (.unavailable("x"), 503, "storeUnavailable"), (.idempotencyKeyReused, 422, "idempotencyKeyReused"),
      (.quoteAlreadyUsed, 409, "quoteAlreadyUsed"), (.riderBusy, 409, "rideUnderway"),
      (.corrupt("x"), 503, "storeCorrupt"),
    ]
    for (error, status, code) in expected {
      let answer = ErrorMapping.answer(error)
      #expect(answer.status == status && answer.code == code)
      #expect(answer.isRetriable == (status == 503))
      #expect(!answer.message.contains("x)"), "what is inside stays inside")
      await #expect(throws: FunctionError.self) { try await ErrorMapping.store { throw error } }
    }
  }

  @Test("Refusals of the lifecycle")
  func refusals() {
    let expected: [(RideLifecycle.Refusal, Int, String)] = [
      (.illegalTransition(from: .settled, action: .arrive), 409, "illegalTransition"), (.notYours, 403, "notYours"),
      (.offerExpired, 410, "offerExpired"), (.offerClosed(.withdrawn), 409, "offerWithdrawn"),
      (.offerClosed(.declined), 409, "offerDeclined"), (.offerClosed(.accepted), 409, "offerAccepted"),
      (.tooEarly(secondsLeft: 7), 409, "tooEarly"), (.rideBefore(RideID(trusted: "r8")), 409, "rideUnderway"),
    ]
    for (refusal, status, code) in expected {
      let answer = ErrorMapping.answer(refusal)
      #expect(answer.status == status && answer.code == code, "\(refusal)")
      #expect(!answer.isRetriable)
    }
    #expect(ErrorMapping.answer(.tooEarly(secondsLeft: 7)).message.contains("7 s"))
    let elsewhere = ErrorMapping.answer(RideLifecycle.Refusal.driverElsewhere)
    #expect(elsewhere.status == 503 && elsewhere.code == "busyRide" && elsewhere.isRetriable)
    let unknown = ErrorMapping.unknownRide(RideID(trusted: "r9"))
    #expect(unknown.status == 404 && unknown.code == "unknownRide" && unknown.message.contains("r9"))
  }

  @Test("What is no store's failure passes as it is")
  func others() async {
    struct Odd: Error {}
    await #expect(throws: Odd.self) { try await ErrorMapping.store { throw Odd() } }
  }
}
