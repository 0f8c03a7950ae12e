import DispatchAPI
import DispatchCore
import DispatchState
package import FunctionKit

/// A driver's answer to an offer: accept or decline; of everything that may race with it, one thing wins.
package struct AnswerOffer: Function {
  /// The text of its function.yaml.
  package static var specification: [UInt8] { PackageResources.function_yaml }
  package static var isBrief: Bool { true }

  private let rides: any RideStore
  private let follower: FleetFollower

  package init(_ setup: FunctionSetup) throws {
    rides = try setup.binding("rides")
    follower = try setup.binding("follower")
  }

  package func handle(_ event: Event, _ context: Context) async throws -> Response {
    let id = try InputRules.routeID(event, as: OfferID.self)
    let body = try RequestBody(event)
    let driver = try body.id("driver", as: DriverID.self)
    try InputRules.check(context.caller, actsFor: .driver(driver.text))
    let isAccept = event.request?.path.hasSuffix("/accept") ?? true
    return try await ErrorMapping.store {
      // A step that was taken by someone else meanwhile shows on the next look.
      for _ in 0..<4 {
        if let response = try await attempt(id, driver, isAccept: isAccept, context) { return response }
      }
      throw FunctionError(.transient, code: "busyRide", "The ride changes too often just now; try again.")
    }
  }

  private func attempt(
    _ id: OfferID, _ driver: DriverID, isAccept: Bool, _ context: Context
  ) async throws -> Response? {
    let now = Timestamp(unixMilliseconds: context.now.unixMilliseconds)
    guard let offer = try await rides.offer(id), let assignment = try await rides.assignment(of: offer.ride) else {
      throw FunctionError(.notFound, code: "unknownOffer", "There is no offer \(id).", field: "id")
    }
    guard offer.driver == driver else {
      throw FunctionError(.forbidden, code: "notYourOffer", "The offer is for another driver.", field: "driver")
    }
    let ride = assignment.ride
    // The same answer again is a retry.
    if isAccept, offer.state == .accepted { return Self.ride(ride) }
    if !isAccept, offer.state == .declined { return Self.declined(offer) }
    let change: RideChange
    do throws(RideLifecycle.Refusal) {
      change =
        isAccept
        ? try RideLifecycle.accept(ride, offer, by: driver, activity: assignment.activity, now: now)
        : try RideLifecycle.decline(ride, offer, by: driver, activity: assignment.activity, now: now)
    } catch {
      switch error {
      // An open offer whose ride or driver moved on is about to be closed by whoever moved it.
      case .illegalTransition where offer.state == .open: return nil
      case .driverElsewhere: return nil
      default: throw ErrorMapping.answer(error)
      }
    }
    let outcome = try await rides.commit([Commit(change, publishing: RideMessages.messages(of: change, at: now))])
    guard case .applied(let status) = outcome.first else { return nil }
    await follower.follow(status.map { [$0] } ?? [])
    return isAccept ? Self.ride(change.ride) : Self.declined(offer)
  }

  private static func ride(_ ride: Ride) -> Response {
    .json(JSONWriter.bytes { $0.ride(ride) })
  }

  private static func declined(_ offer: Offer) -> Response {
    .json(
      JSONWriter.bytes { json in
        json.object { json in
          json.member("offerId", offer.id.text)
          json.member("state", OfferState.declined.rawValue)
        }
      })
  }
}
