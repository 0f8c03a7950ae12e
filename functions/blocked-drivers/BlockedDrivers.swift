import DispatchAPI
import DispatchCore
import DispatchState
package import FunctionKit

/// Keeps a rider and a driver apart: the one is not offered to the other any more.
package struct BlockedDrivers: Function {
  /// The text of its function.yaml.
  package static var specification: [UInt8] { PackageResources.function_yaml }

  private let pairs: any BlockedPairStore

  package init(_ setup: FunctionSetup) throws {
    pairs = try setup.binding("pairs")
  }

  package func handle(_ event: Event, _ context: Context) async throws -> Response {
    let rider = try InputRules.routeID(event, "rider", as: RiderID.self)
    // An operator's business; a rider may speak for itself, a driver may not know of it.
    try InputRules.check(context.caller, actsFor: .rider(rider.text))
    return try await ErrorMapping.store {
      guard event.request?.parameters["driver"] != nil else { return try await list(rider) }
      let pair = BlockedPair(rider: rider, driver: try InputRules.routeID(event, "driver", as: DriverID.self))
      if event.request?.method == "DELETE" {
        try await pairs.unblock(pair)
      } else {
        try await pairs.block(pair, at: Timestamp(unixMilliseconds: context.now.unixMilliseconds))
      }
      return .noContent
    }
  }

  private func list(_ rider: RiderID) async throws -> Response {
    let found = try await pairs.blockedPairs(of: [rider])
    return .json(
      JSONWriter.bytes { json in
        json.object { json in
          json.member("rider", rider.text)
          json.key("drivers")
          json.array { json in for pair in found { json.value(pair.driver.text) } }
        }
      })
  }
}
