import DispatchAPI
import DispatchCore
import DispatchState
package import FunctionKit

/// Tells why a ride was offered to whom: round by round, every driver who was considered and what became of it. Every
/// hour it forgets the rounds of long ago.
package struct RideExplain: Function {
  /// The text of its function.yaml.
  package static var specification: [UInt8] { PackageResources.function_yaml }

  /// How many of a ride's offers are looked at.
  static let maximumOffers = 100
  /// How many old rounds are forgotten per statement.
  static let forgottenAtOnce = 5_000

  private let rides: any RideStore
  private let log: any MatchLog
  /// How long rounds are kept, in days.
  private let keptDays: Int

  package init(_ setup: FunctionSetup) throws {
    rides = try setup.binding("rides")
    log = try setup.binding("log")
    keptDays = try setup.integer("EXPLAINED_DAYS", default: 7, in: 1...3_650)
  }

  package func handle(_ event: Event, _ context: Context) async throws -> Response {
    try await ErrorMapping.store {
      if event.trigger.kind == "cron" { return try await forget(context) }
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

  /// Forgets rounds that are too old.
  private func forget(_ context: Context) async throws -> Response {
    let now = Timestamp(unixMilliseconds: context.now.unixMilliseconds)
    let moment = now.advanced(bySeconds: -keptDays * 86_400)
    while try await log.forgetRounds(before: moment, limit: Self.forgottenAtOnce) == Self.forgottenAtOnce {}
    return .noContent
  }
}
