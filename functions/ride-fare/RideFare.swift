import DispatchAPI
import DispatchCore
import DispatchState
package import FunctionKit

/// Explains what a ride cost, writes receipts and takes adjustments.
package struct RideFare: Function {
  /// The text of its function.yaml.
  package static var specification: [UInt8] { PackageResources.function_yaml }
  package static var isBrief: Bool { true }

  private let desk: FareDesk

  package init(_ setup: FunctionSetup) throws {
    desk = FareDesk(rides: try setup.binding("rides"), ledger: try setup.binding("ledger"))
  }

  package func handle(_ event: Event, _ context: Context) async throws -> Response {
    try await ErrorMapping.store {
      let id = try InputRules.routeID(event, as: RideID.self)
      if event.request?.method == "POST" { return try await adjust(id, event, context) }
      let fare = try await desk.fare(of: id)
      try Self.check(context.caller, mayRead: fare.ride)
      guard event.request?.path.hasSuffix("/receipt") == true else {
        return .json(JSONWriter.bytes(capacity: 2_048) { $0.fare(fare) })
      }
      if Self.wantsText(event) {
        return Response(contentType: "text/plain; charset=utf-8", body: .bytes(Array(FareReceipt(fare).text.utf8)))
      }
      return .json(JSONWriter.bytes(capacity: 2_048) { $0.receipt(fare) })
    }
  }

  /// Money is moved by operators and services, never by an app.
  private func adjust(_ id: RideID, _ event: Event, _ context: Context) async throws -> Response {
    switch context.caller {
    case .driver, .rider:
      throw FunctionError(.forbidden, code: "notYou", "Adjustments are an operator's to make.")
    case .operator, .service, .anonymous: break
    }
    let now = Timestamp(unixMilliseconds: context.now.unixMilliseconds)
    let result = try await desk.adjust(id, try RequestBody(event), key: nil, at: now)
    return .json(
      JSONWriter.bytes { json in
        json.object { json in
          json.member("rideId", id.text)
          json.member("wasKnown", result.wasKnown)
          json.key("entries")
          json.array { json in for entry in result.entries { json.value(entry.id) } }
        }
      }, status: result.wasKnown ? 200 : 201)
  }

  private static func check(_ caller: Caller, mayRead ride: Ride) throws(FunctionError) {
    switch caller {
    case .rider: try InputRules.check(caller, actsFor: .rider(ride.rider.text))
    case .driver: try InputRules.check(caller, actsFor: .driver(ride.driver?.text ?? ""))
    case .operator, .service, .anonymous: break
    }
  }

  private static func wantsText(_ event: Event) -> Bool {
    if let format = event.request?.query["format"] { return format == "text" }
    return event.request?.header("accept")?.hasPrefix("text/plain") ?? false
  }
}
