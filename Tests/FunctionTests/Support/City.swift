import AnswerOffer
import BlockedDrivers
import DispatchAPI
import DispatchCore
import DispatchState
import DriverFeed
import DriverShift
import ExpireOffers
import ForecastDemand
import FunctionKit
import HexGrid
import LocationPing
import Logging
import MatchRiders
import PriceZones
import QuoteFare
import RebalanceFleet
import RequestRide
import RideExplain
import RideFare
import RideLookup
import RideProgress
import RiderFeed
import SettleFare
import Synchronization
import Testing
import TrainForecast
import ZoneLoadFunction
import ZonePrice

/// All functions on stores in memory, with a clock that moves by hand: the whole service without a server.
final class City: Sendable {
  let clock: ManualClock
  let record = MemoryRecord()
  /// The record as the functions see its rides.
  let rides: InterposingStore
  let fleet = MemoryFleet()
  /// The prices as the functions see them: the fleet's, or another store's in their place.
  let surge: any SurgeStore
  let hub = FeedHub()
  let log: any MatchLog
  /// Models that a test puts there.
  let held = HeldModels()
  /// What was learned, looked up anew each time.
  let models: CityModels
  let configuration: DispatchConfiguration
  private let travelTimes: (any TravelTimes)?
  let follower: FleetFollower
  private let environment: [String: String]
  private let events = Mutex(0)

  static let start = Timestamp(unixMilliseconds: 1_212_735_600_000)
  static let region = RegionID(trusted: "sf")
  static let pickup = GeoPoint(latitude: 37.7749, longitude: -122.4194)
  static let dropoff = GeoPoint(latitude: 37.7949, longitude: -122.3994)

  /// Opens a city with the standard tariffs.
  init(
    environment: [String: String] = [:], hasTariffs: Bool = true, surge: (any SurgeStore)? = nil,
    travelTimes: (any TravelTimes)? = nil, log: (any MatchLog)? = nil
  ) async throws {
    self.surge = surge ?? fleet
    self.log = log ?? record
    clock = ManualClock(now: EventTime(unixMilliseconds: Self.start.unixMilliseconds))
    // A tick of a test is the end of a window, unless the test is about windows.
    self.environment = ["MAXIMUM_WINDOW_SECONDS": "2"].merging(environment) { $1 }
    self.travelTimes = travelTimes
    configuration = DispatchConfiguration()
    rides = InterposingStore(record)
    models = CityModels(
      held: held, stored: StoredModels(store: record, workbench: PlainWorkbench(), lookEvery: .zero))
    follower = FleetFollower(fleet: fleet, drivers: record, regions: configuration.regions.regions.map(\.id))
    for region in configuration.regions.regions where hasTariffs {
      for vehicleClass in VehicleClass.allCases {
        try await record.add(.standard(region: region.id, vehicleClass: vehicleClass))
      }
    }
  }

  var now: Timestamp { Timestamp(unixMilliseconds: clock.now().unixMilliseconds) }

  func wait(_ seconds: Int) { clock.advance(by: .seconds(seconds)) }

  func setup(_ name: String, replacing replaced: [String: any Sendable] = [:]) -> FunctionSetup {
    FunctionSetup(
      name: name,
      bindings: ([
        "rides": rides, "drivers": record, "tariffs": record, "history": record, "outbox": record, "fleet": fleet,
        "surge": surge, "models": models, "feed": hub, "follower": follower, "configuration": configuration,
        "suggestions": record, "pairs": record, "log": log,
        "travelTimes": travelTimes ?? LearnedTravelTimes(models: models, speeds: configuration.speeds),
        "board": ZoneBoard(fleet: fleet, rides: rides, surge: surge, freshness: .zero), "versions": record,
        "ledger": record, "positions": record, "workbench": PlainWorkbench(),
      ] as [String: any Sendable]).merging(replaced) { $1 }, environment: environment, clock: clock, logger: Self.logger
    )
  }

  private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  // MARK: Calls

  /// Calls the function of a route as the HTTP trigger would.
  func call(
    _ method: String, _ path: String, _ body: String = "", as caller: Caller = .anonymous,
    query: [String: String] = [:], headers: [(name: String, value: String)] = []
  ) async throws -> Answer {
    try await call(method, path, bytes: Array(body.utf8), as: caller, query: query, headers: headers)
  }

  /// Calls the function of a route with any bytes.
  func call(
    _ method: String, _ path: String, bytes: [UInt8], as caller: Caller = .anonymous, query: [String: String] = [:],
    headers: [(name: String, value: String)] = []
  ) async throws -> Answer {
    let parts = path.split(separator: "/").map(String.init)
    let route = try #require(try function(method, parts), "no route \(method) \(path)")
    let request = HTTPRequestInfo(
      method: method, path: path, parameters: route.parameters, query: query, headers: headers)
    let event = Event(
      id: nextID(), source: "/http", type: "cabstand.http.requested.v1", body: bytes,
      trigger: TriggerInfo(kind: "http", name: "http"), request: request)
    let answer = try await run(route.function, event, as: caller)
    // Whatever a test asks for, the answer must be one that the interface's description promises.
    let faults = InterfaceDocument.shared.faults(of: answer, to: method, path)
    #expect(faults.isEmpty, "\(method) \(path)")
    return answer
  }

  /// Sends a CloudEvent as `POST /v1/events` would hand it on.
  func send(_ type: String, _ body: String) async throws -> Answer {
    let event = Event(
      id: nextID(), source: "/phones", type: type, body: Array(body.utf8),
      trigger: TriggerInfo(kind: "http", name: "events"), request: HTTPRequestInfo(method: "POST", path: "/v1/events"))
    let answer = try await run(try LocationPing(setup("location-ping")), event)
    #expect(InterfaceDocument.shared.faults(of: answer, to: "POST", "/v1/events").isEmpty)
    return answer
  }

  private func run(_ function: any Function, _ event: Event, as caller: Caller = .anonymous) async throws -> Answer {
    let context = Context(
      functionName: "test", logger: Self.logger, deadline: .now + .seconds(60), clock: clock, caller: caller)
    do {
      return Answer(try await function.handle(event, context))
    } catch let error as FunctionError {
      return Answer(error)
    }
  }

  private func nextID() -> String {
    events.withLock { count in
      count += 1
      return "event-\(count)"
    }
  }

  private func function(
    _ method: String, _ parts: [String]
  ) throws -> (function: any Function, parameters: [String: String])? {
    let id = parts.count > 2 ? ["id": parts[2]] : [:]
    switch (method, parts.count > 1 ? parts[1] : "", parts.count, parts.last ?? "") {
    case ("POST", "pings", 2, _): return (try LocationPing(setup("location-ping")), [:])
    case ("PUT", "drivers", 4, "shift"), ("GET", "drivers", 3, _): return (try DriverShift(setup("driver-shift")), id)
    case ("GET", "drivers", 4, "feed"): return (try DriverFeed(setup("driver-feed")), id)
    case ("POST", "offers", 4, _): return (try AnswerOffer(setup("answer-offer")), id)
    case ("POST", "quotes", 2, _): return (try QuoteFare(setup("quote-fare")), [:])
    case ("POST", "rides", 2, _): return (try RequestRide(setup("request-ride")), [:])
    case ("GET", "rides", 4, "fare"), ("GET", "rides", 4, "receipt"), ("POST", "rides", 5, "adjustments"):
      return (try RideFare(setup("ride-fare")), id)
    case ("POST", "rides", 4, _): return (try RideProgress(setup("ride-progress")), id)
    case ("GET", "rides", 2, _): return (try RideLookup(setup("ride-lookup")), [:])
    case ("GET", "riders", 4, _): return (try BlockedDrivers(setup("blocked-drivers")), ["rider": parts[2]])
    case ("PUT", "riders", 5, _), ("DELETE", "riders", 5, _):
      return (try BlockedDrivers(setup("blocked-drivers")), ["rider": parts[2], "driver": parts[4]])
    case ("GET", "rides", 4, "explain"): return (try RideExplain(setup("ride-explain")), id)
    case ("GET", "rides", 4, "feed"): return (try RiderFeed(setup("rider-feed")), id)
    case ("GET", "rides", _, _): return (try RideLookup(setup("ride-lookup")), id)
    case ("GET", "zones", 3, "forecast"): return (try ForecastDemand(setup("forecast-demand")), [:])
    case ("GET", "zones", 4, "forecast"): return (try ForecastDemand(setup("forecast-demand")), ["cell": parts[2]])
    case (_, "models", 3..., _): return (try TrainForecast(setup("train-forecast")), ["region": parts[2]])
    case ("GET", "zones", 3, _): return (try ZoneLoadFunction(setup("zone-load")), [:])
    case ("GET", "zones", 4, "price"):
      return (try ZonePrice(setup("zone-price")), ["cell": parts[2]])
    case ("GET", "zones", 4, _): return (try ZoneLoadFunction(setup("zone-load")), ["cell": parts[2]])
    default: return nil
    }
  }

  // MARK: Ticks

  private func tick(_ function: any Function) async throws -> Answer {
    let event = Event(
      id: nextID(), source: "/cron", type: "cabstand.cron.ticked.v1", trigger: TriggerInfo(kind: "cron", name: "tick"))
    return try await run(function, event, as: .service("cron"))
  }

  @discardableResult
  func match() async throws -> Answer { try await tick(MatchRiders(setup("match-riders"))) }

  @discardableResult
  func forgetRounds() async throws -> Answer { try await tick(RideExplain(setup("ride-explain"))) }

  @discardableResult
  func priceZones() async throws -> Answer { try await tick(PriceZones(setup("price-zones"))) }

  @discardableResult
  func rebalance() async throws -> Answer { try await tick(RebalanceFleet(setup("rebalance-fleet"))) }

  @discardableResult
  func expire() async throws -> Answer { try await tick(ExpireOffers(setup("expire-offers"))) }

  @discardableResult
  func train() async throws -> Answer { try await tick(TrainForecast(setup("train-forecast"))) }

  @discardableResult
  func sweepFares() async throws -> Answer { try await tick(SettleFare(setup("settle-fare"))) }

  @discardableResult
  func keepHistory() async throws -> Answer { try await tick(ZoneLoadFunction(setup("zone-load"))) }

  /// Hands settlement an event as the stream would.
  func settle(_ ride: String?, type: String = RideMessages.completedType) async throws -> Answer {
    let event = Event(
      id: nextID(), source: "/rides", type: type, subject: ride,
      trigger: TriggerInfo(kind: "redis-stream", name: "completed"))
    return try await run(try SettleFare(setup("settle-fare")), event, as: .service("stream"))
  }

  /// Publishes what the outbox holds: to the feeds, and completed rides to settlement where asked.
  func relay(settling: Bool = true) async throws {
    let messages = try await record.unpublished(limit: .max)
    for message in messages {
      hub.deliver(message)
      if settling, message.message.type == RideMessages.completedType {
        _ = try await settle(message.message.ride.text)
      }
    }
    try await record.markPublished(messages.map(\.sequence))
  }
}
