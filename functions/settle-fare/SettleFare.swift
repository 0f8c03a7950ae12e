import DispatchAPI
import DispatchCore
import DispatchState
package import FunctionKit

/// Charges the rider and pays the driver of a completed ride, exactly once: from the stream of events, and by a sweep for whatever
/// the stream lost. Rides that were called off are charged what their tariff says, and adjustments are booked.
package struct SettleFare: Function {
  /// The text of its function.yaml.
  package static var specification: [UInt8] { PackageResources.function_yaml }

  /// How many rides a sweep settles at most.
  static let sweepLimit = 500
  /// How long the stream has before the sweep takes over, in seconds.
  static let sweepAfterSeconds = 15
  /// How long positions are kept, in seconds.
  static let keptSeconds = 7 * 86_400
  /// How many rides of a batch are looked up at once.
  static let concurrentLookups = 16

  private let rides: any RideStore
  private let tariffs: TariffCache
  private let ledger: any FareLedger
  private let positions: any PositionStore
  private let configuration: DispatchConfiguration
  private let desk: FareDesk

  package init(_ setup: FunctionSetup) throws {
    rides = try setup.binding("rides")
    tariffs = TariffCache(try setup.binding("tariffs", as: (any TariffStore).self))
    ledger = try setup.binding("ledger")
    positions = try setup.binding("positions")
    desk = FareDesk(rides: rides, ledger: ledger)
    configuration = try setup.binding("configuration")
  }

  package func handle(_ event: Event, _ context: Context) async throws -> Response {
    try await ErrorMapping.store {
      if event.trigger.kind == "cron" { return try await sweep(context) }
      if event.type == RideMessages.adjustedType { return try await adjust(event) }
      if RideMessages.calledOffTypes.contains(event.type) {
        try await settleCancelled(InputRules.id(event.subject ?? "", field: "subject"))
        return .noContent
      }
      guard event.type == RideMessages.completedType else { return .noContent }
      if let step = try await step(settling: InputRules.id(event.subject ?? "", field: "subject")) {
        _ = try await rides.commit([step])
      }
      return .noContent
    }
  }

  /// Settles the rides of all events in one commit.
  package func handle(batch events: [Event], _ context: Context) async -> [Result<Response, any Error>] {
    var results = events.map { _ in Result<Response, any Error>.success(.noContent) }
    // However many events tell of a ride, it is settled once.
    var indices: [RideID: [Int]] = [:]
    for (index, event) in events.enumerated() {
      do {
        if event.type == RideMessages.completedType {
          indices[try InputRules.id(event.subject ?? "", field: "subject"), default: []].append(index)
        } else {
          results[index] = .success(try await handle(event, context))
        }
      } catch {
        results[index] = .failure(error)
      }
    }
    for (id, error) in await settle(Array(indices.keys)) {
      for index in indices[id] ?? [] { results[index] = .failure(error) }
    }
    return results
  }

  /// What was found of a ride: how to settle it, nothing to do, or why it cannot be settled.
  ///
  /// A type of its own: an optimised build crashed on a tuple of the same content as a child task's result.
  private struct LookUp: Sendable {
    var ride: RideID
    var step: Commit?
    var failure: (any Error)?
  }

  /// Settles rides in one commit.
  /// - Returns: why some were not settled.
  private func settle(_ ids: [RideID]) async -> [RideID: any Error] {
    var failures: [RideID: any Error] = [:]
    var steps: [RideID: Commit] = [:]
    await withTaskGroup(of: LookUp.self) { group in
      var waiting = ids[...]
      func lookUpNext() {
        guard let id = waiting.popFirst() else { return }
        group.addTask {
          do {
            return LookUp(ride: id, step: try await ErrorMapping.store { try await step(settling: id) })
          } catch {
            return LookUp(ride: id, failure: error)
          }
        }
      }
      for _ in 0..<Self.concurrentLookups { lookUpNext() }
      for await found in group {
        steps[found.ride] = found.step
        failures[found.ride] = found.failure
        lookUpNext()
      }
    }
    guard !steps.isEmpty else { return failures }
    do {
      let commits = Array(steps.values)
      _ = try await ErrorMapping.store { try await rides.commit(commits) }
    } catch {
      for id in steps.keys { failures[id] = error }
    }
    return failures
  }

  private func sweep(_ context: Context) async throws -> Response {
    let limit = Timestamp(unixMilliseconds: context.now.unixMilliseconds).advanced(bySeconds: -Self.sweepAfterSeconds)
    var failure: FunctionError?
    for region in configuration.regions.regions {
      for ride in try await rides.unsettledRides(in: region.id, completedBefore: limit, limit: Self.sweepLimit) {
        // One ride that cannot be settled keeps no other waiting, but shows in the end.
        do {
          if let step = try await step(settling: ride) { _ = try await rides.commit([step]) }
        } catch let error as FunctionError {
          failure = failure ?? error
        }
      }
    }
    for region in configuration.regions.regions {
      let called = try await ledger.unsettledCancellations(in: region.id, endedBefore: limit, limit: Self.sweepLimit)
      for id in called {
        do {
          try await settleCancelled(id)
        } catch let error as FunctionError {
          failure = failure ?? error
        }
      }
    }
    try await positions.forgetPositions(before: limit.advanced(bySeconds: -Self.keptSeconds))
    if let failure { throw failure }
    return .noContent
  }

  /// Books a change that an event tells of; one that comes before its ride was settled comes again later.
  private func adjust(_ event: Event) async throws -> Response {
    let ride: RideID = try InputRules.id(event.subject ?? "", field: "subject")
    do {
      _ = try await desk.adjust(ride, try RequestBody(event), key: event.id)
    } catch let error as FunctionError where error.code == "notSettled" {
      throw FunctionError(.transient, code: "notSettled", error.message)
    }
    return .noContent
  }

  /// Charges what a ride costs that was called off, once.
  private func settleCancelled(_ id: RideID) async throws {
    guard let ride = try await rides.ride(id) else { throw ErrorMapping.unknownRide(id) }
    guard ride.acceptedAt != nil, ride.state == .cancelledByRider || ride.state == .noShow else { return }
    let (_, tariff) = try await terms(of: ride)
    guard let settlement = Settlement(cancelled: ride, tariff: tariff, time: ride.endedAt ?? ride.requestedAt) else {
      throw FunctionError(.unprocessable, code: "cannotSettle", "Ride \(ride.id) has no driver or a negative fare.")
    }
    _ = try await ledger.post(settlement.entries, settling: settlement)
  }

  /// What a ride was quoted, and by which tariff.
  private func terms(of ride: Ride) async throws -> (Quote, Tariff) {
    guard let quote = try await rides.quote(ride.quote) else {
      throw FunctionError(.unprocessable, code: "unknownQuote", "Ride \(ride.id) has no quote \(ride.quote).")
    }
    guard let tariff = try await tariffs.tariff(quote.tariff) else {
      throw FunctionError(.unprocessable, code: "unknownTariff", "Quote \(quote.id) has no tariff \(quote.tariff).")
    }
    return (quote, tariff)
  }

  /// What a taximeter reads from the ride's positions; nil where its tariff has none or too little was recorded.
  private func reading(of ride: Ride, _ tariff: Tariff) async throws -> Taximeter.Report? {
    guard let meter = tariff.meter, meter.isCharged, let driver = ride.driver, let start = ride.startedAt,
      let end = ride.completedAt
    else { return nil }
    let fixes = try await positions.positions(of: driver, from: start, to: end)
    let report = Taximeter.read(fixes, from: start, to: end, slowBelow: meter.slowBelow)
    // With most of the time unrecorded the quote is the better estimate.
    let aboard = end.milliseconds(since: start)
    return fixes.count >= 2 && report.milliseconds * 2 >= aboard ? report : nil
  }

  private func step(settling id: RideID) async throws -> Commit? {
    guard let ride = try await rides.ride(id) else { throw ErrorMapping.unknownRide(id) }
    return try await step(settling: ride)
  }

  /// The step that settles a ride; nil for one that is not completed, or settled already.
  private func step(settling ride: Ride) async throws -> Commit? {
    guard ride.state == .completed else { return nil }
    let (quote, tariff) = try await terms(of: ride)
    let meter = try await reading(of: ride, tariff)
    // The money moves when the ride was completed, whenever it is settled.
    let time = ride.completedAt ?? ride.requestedAt
    guard
      let settlement = Settlement(ride: ride, quote: quote, tariff: tariff, meter: meter, time: time),
      let change = try? RideLifecycle.settle(ride, settlement, at: time)
    else {
      throw FunctionError(.unprocessable, code: "cannotSettle", "Ride \(ride.id) has no driver or a negative fare.")
    }
    return Commit(change, publishing: RideMessages.messages(of: change, at: time))
  }
}
