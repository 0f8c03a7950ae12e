import DispatchAPI
import DispatchCore
import DispatchState
import FunctionKit
import SettleFare
import Testing

@Suite("settle-fare in batches")
struct SettleFareBatchTests {
  /// Hands settlement a batch as the stream would, and answers what became of each event.
  private func settle(
    _ city: City, _ subjects: [(ride: String?, type: String)]
  ) async throws -> [String] {
    let events = subjects.enumerated().map { index, subject in
      Event(
        id: "batch-\(index)", source: "/rides", type: subject.type, subject: subject.ride,
        trigger: TriggerInfo(kind: "redis-stream", name: "completed"))
    }
    let function = try SettleFare(city.setup("settle-fare"))
    let context = Context(
      functionName: "settle-fare", logger: city.setup("settle-fare").logger, deadline: .now + .seconds(60),
      clock: city.clock, caller: .service("stream"))
    return await function.handle(batch: events, context).map { result in
      switch result {
      case .success(let response): String(response.status)
      case .failure(let error as FunctionError): Answer(error).summary
      case .failure(let error): "\(error)"
      }
    }
  }

  private func completed(_ city: City, _ count: Int) async throws -> [String] {
    var rides: [String] = []
    for index in 0..<count {
      rides.append(try await city.ride(in: .completed, driver: "cab-\(index)", rider: "r-\(index)"))
      try await city.offline("cab-\(index)")
    }
    return rides
  }

  private func states(_ city: City, _ rides: [String]) async throws -> [RideState] {
    var states: [RideState] = []
    for ride in rides { states.append(try await city.stored(ride).state) }
    return states
  }

  @Test("Every event has its own outcome, and what is wrong with one keeps no other from it")
  func outcomes() async throws {
    let city = try await City()
    let rides = try await completed(city, 3)
    let started = try await city.ride(in: .started, driver: "cab-9", rider: "r-9")
    let type = RideMessages.completedType
    let outcomes = try await settle(
      city,
      [
        (rides[0], type), ("r404", type), (rides[1], type), (nil, type), (rides[0], type), (started, type),
        (rides[2], "cabstand.ride.accepted.v1"),
      ])
    #expect(outcomes == ["204", "404 unknownRide id", "204", "400 badID subject", "204", "204", "204"])
    #expect(try await states(city, rides + [started]) == [.settled, .settled, .completed, .started])
    for ride in rides.prefix(2) {
      let entries = try await city.record.entries(of: RideID(trusted: ride))
      #expect(entries.map(\.id) == ["\(ride):charge", "\(ride):payout"])
    }
    // The same batch again moves nothing.
    #expect(try await settle(city, rides.prefix(2).map { ($0, type) }) == ["204", "204"])
    #expect(try await city.record.entries(of: RideID(trusted: rides[0])).count == 2)
    try await city.audit()
  }

  @Test("A batch is one commit: where it fails, every ride of it is tried again and no other event is")
  func failure() async throws {
    let city = try await City()
    let rides = try await completed(city, 3)
    let type = RideMessages.completedType
    city.rides.beforeNextCommit { throw StateError.unavailable("the store is away") }
    let batch = [(rides[0], type), (rides[1], type), ("r404", type), (rides[2], "cabstand.ride.accepted.v1")]
    let outcomes = try await settle(city, batch)
    #expect(outcomes == ["503 storeUnavailable", "503 storeUnavailable", "404 unknownRide id", "204"])
    #expect(try await states(city, rides) == [.completed, .completed, .completed])
    #expect(try await settle(city, batch) == ["204", "204", "404 unknownRide id", "204"])
    #expect(try await states(city, rides) == [.settled, .settled, .completed])
    try await city.audit()
  }

  @Test("Batches that overlap, all at once, settle each ride once")
  func concurrent() async throws {
    let city = try await City()
    let rides = try await completed(city, 24)
    try await withThrowingTaskGroup(of: [String].self) { group in
      for start in 0..<8 {
        let batch = (0..<20).map { (Optional(rides[(start * 3 + $0) % rides.count]), RideMessages.completedType) }
        group.addTask { try await settle(city, batch) }
      }
      for try await outcomes in group { #expect(outcomes.allSatisfy { $0 == "204" }) }
    }
    #expect(try await states(city, rides).allSatisfy { $0 == .settled })
    for ride in rides { #expect(try await city.record.entries(of: RideID(trusted: ride)).count == 2) }
    try await city.audit()
  }

  @Test("An empty batch is nothing")
  func empty() async throws { #expect(try await settle(City(), []).isEmpty) }
}
