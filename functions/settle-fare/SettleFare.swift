import DispatchAPI
import DispatchCore
import DispatchState
package import FunctionKit

/// Charges the rider and pays the driver of a completed ride, exactly once: from the stream of events, and by a sweep for whatever
/// the stream lost.
package struct SettleFare: Function {
  /// The text of its function.yaml.
  package static var specification: [UInt8] { PackageResources.function_yaml }

  /// How many rides a sweep settles at most.
  static let sweepLimit = 500
  /// How long the stream has before the sweep takes over, in seconds.
  static let sweepAfterSeconds = 15

  private let rides: any RideStore
  private let tariffs: any TariffStore
  private let configuration: DispatchConfiguration

  package init(_ setup: FunctionSetup) throws {
    rides = try setup.binding("rides")
    tariffs = try setup.binding("tariffs")
    configuration = try setup.binding("configuration")
  }

  package func handle(_ event: Event, _ context: Context) async throws -> Response {
    try await ErrorMapping.store {
      if event.trigger.kind == "cron" { return try await sweep(context) }
      guard event.type == RideMessages.completedType else { return .noContent }
      let id: RideID = try InputRules.id(event.subject ?? "", field: "subject")
      guard let ride = try await rides.ride(id) else { throw ErrorMapping.unknownRide(id) }
      try await settle(ride, context)
      return .noContent
    }
  }

  private func sweep(_ context: Context) async throws -> Response {
    let limit = Timestamp(unixMilliseconds: context.now.unixMilliseconds).advanced(bySeconds: -Self.sweepAfterSeconds)
    var failure: FunctionError?
    for region in configuration.regions.regions {
      for ride in try await rides.unsettledRides(in: region.id, completedBefore: limit, limit: Self.sweepLimit) {
        // One ride that cannot be settled keeps no other waiting, but shows in the end.
        do {
          try await settle(ride, context)
        } catch let error as FunctionError {
          failure = failure ?? error
        }
      }
    }
    if let failure { throw failure }
    return .noContent
  }

  /// Settles a ride; one that is settled, or being settled elsewhere, is left alone.
  private func settle(_ ride: Ride, _ context: Context) async throws {
    guard ride.state == .completed else { return }
    guard let quote = try await rides.quote(ride.quote) else {
      throw FunctionError(.unprocessable, code: "unknownQuote", "Ride \(ride.id) has no quote \(ride.quote).")
    }
    guard let tariff = try await tariffs.tariff(quote.tariff) else {
      throw FunctionError(.unprocessable, code: "unknownTariff", "Quote \(quote.id) has no tariff \(quote.tariff).")
    }
    // The money moves when the ride was completed, whenever it is settled.
    let time = ride.completedAt ?? ride.requestedAt
    guard
      let settlement = Settlement(
        ride: ride, charge: quote.breakdown, commissionBasisPoints: tariff.commissionBasisPoints, time: time),
      let change = try? RideLifecycle.settle(ride, settlement, at: time)
    else {
      throw FunctionError(.unprocessable, code: "cannotSettle", "Ride \(ride.id) has no driver or a negative fare.")
    }
    _ = try await rides.commit([Commit(change, publishing: RideMessages.messages(of: change, at: time))])
  }
}
