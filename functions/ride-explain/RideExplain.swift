import DispatchAPI
import DispatchCore
import DispatchState
package import FunctionKit

/// Tells why a ride was offered to whom: round by round, every driver who was considered and what became of it.
package struct RideExplain: Function {
  /// The text of its function.yaml.
  package static var specification: [UInt8] { PackageResources.function_yaml }

  /// How many of a ride's offers are looked at.
  static let maximumOffers = 100

  private let rides: any RideStore
  private let log: any MatchLog

  package init(_ setup: FunctionSetup) throws {
    rides = try setup.binding("rides")
    log = try setup.binding("log")
  }

  package func handle(_ event: Event, _ context: Context) async throws -> Response {
    try await ErrorMapping.store {
      let id = try InputRules.routeID(event, as: RideID.self)
      guard let ride = try await rides.ride(id) else { throw ErrorMapping.unknownRide(id) }
      var offers: [Offer] = []
      for round in 0..<min(max(ride.offerRound, 0), Self.maximumOffers) {
        if let offer = try await rides.offer(.offer(of: id, round: round + 1)) { offers.append(offer) }
      }
      let explanation = Explanation(ride: ride, rounds: try await log.rounds(of: id), offers: offers)
      return .json(JSONWriter.bytes(capacity: 4_096) { explanation.write(to: &$0) })
    }
  }
}
