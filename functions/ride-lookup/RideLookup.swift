import DispatchAPI
import DispatchCore
import DispatchState
package import FunctionKit

/// Shows rides: one and many.
package struct RideLookup: Function {
  /// The text of its function.yaml.
  package static var specification: [UInt8] { PackageResources.function_yaml }
  package static var isBrief: Bool { true }

  private let rides: any RideStore

  package init(_ setup: FunctionSetup) throws {
    rides = try setup.binding("rides")
  }

  package func handle(_ event: Event, _ context: Context) async throws -> Response {
    try await ErrorMapping.store {
      guard event.request?.parameters["id"] != nil else { return try await list(event) }
      let id = try InputRules.routeID(event, as: RideID.self)
      guard let ride = try await rides.ride(id) else { throw ErrorMapping.unknownRide(id) }
      return .json(JSONWriter.bytes { $0.ride(ride) })
    }
  }

  private func list(_ event: Event) async throws -> Response {
    let query = event.request?.query ?? [:]
    var filter = RideFilter()
    if let text = query["state"] {
      guard let state = RideState(rawValue: text) else {
        let known = RideState.allCases.map(\.rawValue).joined(separator: ", ")
        throw FunctionError(.badInput, code: "unknownState", "Expected state to be one of \(known).", field: "state")
      }
      filter.state = state
    }
    if let text = query["region"] { filter.region = try InputRules.id(text, field: "region") }
    if let text = query["driver"] { filter.driver = try InputRules.id(text, field: "driver") }
    if let text = query["rider"] { filter.rider = try InputRules.id(text, field: "rider") }
    var cursor: RideID?
    if let text = query["cursor"] { cursor = try InputRules.id(text, field: "cursor") }
    let limit = try Self.limit(query["limit"])
    let found = try await rides.rides(filter, after: cursor, limit: limit)
    return .json(
      JSONWriter.bytes { json in
        json.object { json in
          json.key("rides")
          json.array { json in for ride in found { json.ride(ride) } }
          json.member("nextCursor", found.count == limit ? found.last?.id.text : nil)
        }
      })
  }

  private static func limit(_ text: String?) throws -> Int {
    guard let text else { return 100 }
    guard let limit = Int(text), (1...1_000).contains(limit) else {
      throw FunctionError(
        .badInput, code: "outOfRange", "Expected limit to be a whole number from 1 to 1000.", field: "limit")
    }
    return limit
  }
}
