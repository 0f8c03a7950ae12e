import DispatchAPI
import DispatchCore
import DispatchState
import FunctionKit
import SettleFare
import Testing

@Suite("Money, whatever fails and in whatever order it comes", .timeLimit(.minutes(8)))
struct FareFaultTests {
  private static func event(_ id: String, _ ride: String, _ type: String, _ body: String = "") -> Event {
    Event(
      id: id, source: "/rides", type: type, subject: ride, body: Array(body.utf8),
      trigger: TriggerInfo(kind: "redis-stream", name: "completed"))
  }

  private static let sweep = Event(
    id: "s", source: "/cron", type: "cabstand.cron.ticked.v1", trigger: TriggerInfo(kind: "cron", name: "sweep"))

  /// Handles an event; false where it failed in a way that is tried again.
  private func handle(_ city: City, _ store: FaultyStore?, _ event: Event) async throws -> Bool {
    let replaced: [String: any Sendable] =
      store.map { ["rides": $0, "tariffs": $0, "ledger": $0, "positions": $0] } ?? [:]
    let setup = city.setup("settle-fare", replacing: replaced)
    let context = Context(
      functionName: "settle-fare", logger: setup.logger, deadline: .now + .seconds(60), clock: city.clock,
      caller: .service("stream"))
    do {
      _ = try await SettleFare(setup).handle(event, context)
      return true
    } catch let error as FunctionError where error.isRetriable {
      return false
    }
  }

  private func books(_ city: City, _ ride: String) async throws -> [LedgerEntry] {
    try await city.record.entries(of: RideID(trusted: ride))
  }

  @Test("A crash at every step between completion and settlement: exactly one charge and one payout")
  func crashes() async throws {
    var point = 0
    while true {
      let city = try await City()
      let ride = try await city.ride(in: .completed)
      city.wait(60)
      let store = FaultyStore(city.record, failingAt: point)
      // The event comes again until it is handled; then the sweep looks at what is left.
      var deliveries = 0
      while try await !handle(city, store, Self.event("e", ride, RideMessages.completedType)) { deliveries += 1 }
      #expect(deliveries <= 1)
      while try await !handle(city, store, Self.sweep) {}
      #expect(try await books(city, ride).map(\.purpose) == [.charge, .payout], "point \(point)")
      #expect(try await city.stored(ride).state == .settled)
      try await city.audit()
      if store.isPending { break }
      point += 1
    }
    #expect(point >= 12, "fault points were met")
  }

  @Test("A crash at every step, and the event is lost for good: the sweep alone charges once and pays once")
  func crashesAndLoss() async throws {
    var point = 0
    while true {
      let city = try await City()
      let ride = try await city.ride(in: .completed)
      city.wait(60)
      let store = FaultyStore(city.record, failingAt: point)
      _ = try await handle(city, store, Self.event("e", ride, RideMessages.completedType))
      while try await !handle(city, store, Self.sweep) {}
      #expect(try await books(city, ride).map(\.purpose) == [.charge, .payout], "point \(point)")
      try await city.audit()
      if store.isPending { break }
      point += 1
    }
  }

  /// A city whose tariff charges for what is called off.
  private func strictCity() async throws -> City {
    let city = try await City(hasTariffs: false)
    try await city.record.add(
      .plain(
        id: TariffID(trusted: "strict"), region: City.region, vehicleClass: .standard, base: 255, perKilometer: 105,
        perMinute: 31, minimum: 700, commissionBasisPoints: 2_500,
        more: [
          ("cancellation.free", "2 min"), ("cancellation.driverLate", "60 min"), ("cancellation.accepted", "3.00"),
          ("cancellation.arrived", "5.00"), ("cancellation.noShow", "5.00"), ("cancellation.driverShare", "80"),
        ]))
    return city
  }

  @Test("Any interleaving of duplicate and reordered events gives the same ledger", arguments: [0, 1, 2, 3])
  func interleavings(seed: Int) async throws {
    var random = SeededRandom(seed: UInt64(seed) + 900)
    var expected: [[LedgerEntry]] = []
    for round in 0..<12 {
      let city = try await strictCity()
      let done = try await city.ride(in: .completed, driver: "cab-1", rider: "r-1")
      let called = try await city.ride(in: .arrived, driver: "cab-2", rider: "r-2")
      city.wait(300)
      try await city.cancel(called, rider: "r-2")
      city.wait(60)
      func adjusted(_ id: String, _ kind: String, _ amount: Int) -> Event {
        Self.event(
          id, done, RideMessages.adjustedType, #"{"kind":"\#(kind)","key":"\#(id)","minorUnits":\#(amount)}"#)
      }
      let events = [
        Self.event("1", done, RideMessages.completedType),
        Self.event("2", called, "cabstand.ride.cancelled-by-rider.v1"), adjusted("a1", "tip", 200),
        adjusted("a2", "refund", 150), adjusted("a3", "adjustment", 75), adjusted("a4", "tip", 200),
        Self.event("5", done, RideMessages.adjustedType, #"{"kind":"dispute"}"#),
      ]
      // The first round as things happened; then shuffled, each event up to four times, sweeps among them.
      var queue = events
      if round > 0 {
        queue += events.flatMap { event in (0..<random.below(4)).map { _ in event } }
        queue += [Self.sweep, Self.sweep]
        queue.shuffle(using: &random)
      }
      var turns = 0
      while !queue.isEmpty, turns < 1_000 {
        turns += 1
        let event = queue.removeFirst()
        if try await !handle(city, nil, event) { queue.append(event) }
      }
      #expect(queue.isEmpty)
      let books = [try await books(city, done), try await books(city, called)]
      if round == 0 {
        expected = books
        #expect(books[0].count == 8 && books[1].count == 2)
      }
      #expect(books == expected, "round \(round)")
      try await city.audit()
    }
  }
}
