import DispatchAPI
import DispatchCore
import DispatchState
import FunctionKit
import HexGrid
import Testing

@Suite("ride-progress")
struct RideProgressTests {
  private let driverSteps = ["arrive", "start", "complete", "no-show", "cancel"]

  @Test("A whole ride, step by step, each repeated, each as it was")
  func whole() async throws {
    let city = try await City()
    let ride = try await city.ride(in: .accepted)
    for (step, state, field) in [
      ("arrive", "arrived", "arrivedAt"), ("start", "started", "startedAt"), ("complete", "completed", "completedAt"),
    ] {
      city.wait(60)
      let answer = try await city.step(step, ride, "cab-1", more: step == "complete" ? #","distanceMeters":4120"# : "")
      #expect(answer.status == 200 && answer["state"]?.text == state && answer[field]?.text == RFC3339.text(city.now))
      city.wait(1)
      let again = try await city.step(step, ride, "cab-1")
      #expect(again.status == 200 && again.bytes == answer.bytes, "\(step) again")
      try await city.audit()
    }
    #expect(try await city.stored(ride).distanceMeters == 4_120)
    #expect(try await city.activity("cab-1") == .idle)
    // A retry that comes after the next step was taken as well.
    for step in ["arrive", "start", "complete"] { #expect(try await city.step(step, ride, "cab-1").status == 200) }
    _ = try await city.settle(ride)
    #expect(try await city.step("complete", ride, "cab-1")["state"]?.text == "settled")
    try await city.audit()
  }

  @Test("Every step in every state is taken, or refused as illegal", arguments: RideState.allCases)
  func everyStep(state: RideState) async throws {
    // Whatever a state allows beside the steps that led to it.
    let legal: [RideState: Set<String>] = [
      .accepted: ["arrive", "cancel"], .arrived: ["arrive", "start", "cancel"],
      .started: ["arrive", "start", "complete", "cancel"], .completed: ["arrive", "start", "complete"],
      .settled: ["arrive", "start", "complete"], .noShow: ["no-show"],
    ]
    guard ![.expired, .cancelledByRider, .cancelledByDriver, .failed].contains(state) else { return }
    for step in driverSteps {
      let city = try await City()
      let ride = try await city.ride(in: state)
      let answer = try await city.step(step, ride, "cab-1")
      if legal[state]?.contains(step) == true {
        #expect(answer.status == 200, "\(step) in \(state): \(answer.summary)")
      } else if state == .requested {
        #expect(answer.summary == "403 notYours", "\(step) in \(state)")
      } else if state == .arrived, step == "no-show" {
        #expect(answer.summary == "409 tooEarly")
      } else {
        #expect(answer.summary == "409 illegalTransition", "\(step) in \(state)")
      }
      #expect(try await city.step(step, ride, "cab-9").summary == "403 notYours")
      try await city.audit()
    }
  }

  @Test("A rider who is not there: two minutes from arrival, not before")
  func noShow() async throws {
    let city = try await City()
    let ride = try await city.ride(in: .arrived)
    #expect(try await city.step("no-show", ride, "cab-1").summary == "409 tooEarly")
    city.wait(119)
    #expect(try await city.step("no-show", ride, "cab-1").summary == "409 tooEarly")
    city.wait(1)
    let answer = try await city.step("no-show", ride, "cab-1")
    #expect(answer.status == 200 && answer["state"]?.text == "noShow" && answer["endedAt"]?.text != nil)
    #expect(try await city.step("no-show", ride, "cab-1").bytes == answer.bytes)
    #expect(try await city.activity("cab-1") == .idle)
    #expect(try await city.call("GET", "/v1/rides/\(ride)/fare").summary == "409 notSettled")
    try await city.audit()
  }

  @Test("The rider cancels until aboard")
  func cancelByRider() async throws {
    for state in [RideState.requested, .offered, .accepted, .arrived] {
      let city = try await City()
      let ride = try await city.ride(in: state)
      #expect(try await city.cancel(ride, rider: "r-2").summary == "403 notYours")
      let answer = try await city.call("POST", "/v1/rides/\(ride)/cancel", #"{"rider":"r-1"}"#, as: .rider("r-1"))
      #expect(answer.status == 200 && answer["state"]?.text == "cancelledByRider", "\(state)")
      #expect(try await city.cancel(ride, rider: "r-1").bytes == answer.bytes)
      #expect(try await city.activity("cab-1") == .idle)
      #expect(try await city.step("arrive", ride, "cab-1").status != 200)
      try await city.audit()
    }
    for state in [RideState.started, .completed, .settled] {
      let city = try await City()
      let ride = try await city.ride(in: state)
      #expect(try await city.cancel(ride, rider: "r-1").summary == "409 illegalTransition", "\(state)")
    }
  }

  @Test("A driver's cancel opens the request again; repeated, also while another driver has it, it changes nothing")
  func cancelByDriver() async throws {
    let city = try await City()
    let ride = try await city.ride(in: .arrived)
    let answer = try await city.step("cancel", ride, "cab-1")
    #expect(answer.status == 200 && answer["state"]?.text == "requested" && answer["driver"] == .null)
    #expect(try await city.activity("cab-1") == .idle)
    #expect(try await city.step("cancel", ride, "cab-1").bytes == answer.bytes)
    try await city.online("cab-2")
    try await city.match()
    try await city.accept(try await city.offer(of: ride))
    let late = try await city.step("cancel", ride, "cab-1")
    #expect(late.status == 200 && late["state"]?.text == "accepted" && late["driver"]?.text == "cab-2")
    #expect(try await city.activity("cab-2") == .busy(RideID(trusted: ride)))
    #expect(try await city.step("arrive", ride, "cab-1").summary == "403 notYours")
    try await city.audit()
  }

  @Test("A request that is given back when its patience is long over waits for five minutes more")
  func givenBackLate() async throws {
    let city = try await City()
    let ride = try await city.ride(in: .accepted)
    city.wait(1_200)
    try await city.step("cancel", ride, "cab-1")
    try await city.audit()
    try await city.expire()
    #expect(try await city.stored(ride).state == .requested)
    try await city.online("cab-2")
    try await city.match()
    #expect(try await city.offer(of: ride).driver.text == "cab-2")
    city.wait(301)
    try await city.expire()
    try await city.expire()
    #expect(try await city.stored(ride).state == .expired)
    try await city.audit()
  }

  @Test("With the rider aboard a driver's cancel ends the ride")
  func cancelAboard() async throws {
    let city = try await City()
    let ride = try await city.ride(in: .started)
    let answer = try await city.step("cancel", ride, "cab-1")
    #expect(answer["state"]?.text == "cancelledByDriver")
    #expect(try await city.step("cancel", ride, "cab-1").bytes == answer.bytes)
    try await city.audit()
  }

  @Test("What is wrong is named")
  func errors() async throws {
    let city = try await City()
    let ride = try await city.ride(in: .started)
    let path = "/v1/rides/\(ride)/complete"
    #expect(try await city.call("POST", path, "{}").summary == "400 missingField driver")
    #expect(try await city.call("POST", path, #"{"driver":"c b"}"#).summary == "400 badID driver")
    #expect(try await city.call("POST", path, "[]").summary == "400 wrongType")
    #expect(try await city.call("POST", path, "{\"driver\":").summary == "400 malformedJSON")
    #expect(try await city.call("POST", path, #"{"driver":"cab-1"}"#, as: .driver("cab-2")).summary == "403 notYou")
    for way in ["-1", "2000001", "1.5", "\"far\"", "1e999"] {
      let answer = try await city.step("complete", ride, "cab-1", more: #","distanceMeters":\#(way)"#)
      #expect(answer.summary == "400 outOfRange distanceMeters", "\(way)")
    }
    let future = city.now.unixMilliseconds + 60_001
    #expect(
      try await city.step("complete", ride, "cab-1", more: #","time":\#(future)"#).summary == "422 timeInFuture time")
    #expect(try await city.step("complete", ride, "cab-1", more: #","time":[]"#).summary == "400 badTime time")
    #expect(try await city.step("complete", "r404", "cab-1").summary == "404 unknownRide id")
    let both = try await city.call("POST", "/v1/rides/\(ride)/cancel", #"{"driver":"cab-1","rider":"r-1"}"#)
    #expect(both.summary == "400 twoParties driver")
    let wrong = try await city.call("POST", "/v1/rides/\(ride)/cancel", #"{"rider":"r-1"}"#, as: .driver("cab-1"))
    #expect(wrong.summary == "403 notYou")
    #expect(try await city.stored(ride).state == .started)
  }

  @Test("Steps dated back by a phone never lie before the step they follow")
  func datedBack() async throws {
    let city = try await City()
    let ride = try await city.ride(in: .accepted)
    city.wait(100)
    let early = #","time":\#(city.now.unixMilliseconds - 86_400_000)"#
    for step in ["arrive", "start", "complete"] {
      #expect(try await city.step(step, ride, "cab-1", more: early).status == 200)
    }
    let stored = try await city.stored(ride)
    #expect(stored.completedAt == stored.acceptedAt)
    _ = try await city.settle(ride)
    try await city.audit()
  }

  @Test("The same step fifty times at once is taken once")
  func concurrent() async throws {
    let city = try await City()
    let ride = try await city.ride(in: .started)
    let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<50 { group.addTask { try await city.step("complete", ride, "cab-1").status } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(statuses.allSatisfy { $0 == 200 })
    let completed = try await city.record.messages(for: .ride(RideID(trusted: ride)), after: 0, limit: 99)
      .count { $0.message.type == RideMessages.completedType }
    #expect(completed == 1)
    try await city.audit()
  }
}
