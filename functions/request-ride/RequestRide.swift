import DispatchAPI
import DispatchCore
import DispatchState
package import FunctionKit
import HexGrid
import Logging

/// Turns a quote into a durable ride that waits for a driver; once, whatever is retried.
package struct RequestRide: Function {
  /// The text of its function.yaml.
  package static var specification: [UInt8] { PackageResources.function_yaml }
  package static var isBrief: Bool { true }

  private let rides: any RideStore
  private let configuration: DispatchConfiguration
  /// How long a request waits for a driver before it ends by itself, in seconds.
  private let patienceSeconds: Int

  package init(_ setup: FunctionSetup) throws {
    rides = try setup.binding("rides")
    configuration = try setup.binding("configuration")
    patienceSeconds = try setup.integer("REQUEST_PATIENCE_SECONDS", default: 900, in: 10...86_400)
  }

  package func handle(_ event: Event, _ context: Context) async throws -> Response {
    let now = Timestamp(unixMilliseconds: context.now.unixMilliseconds)
    let body = try RequestBody(event)
    let rider = try body.id("rider", as: RiderID.self)
    try InputRules.check(context.caller, actsFor: .rider(rider.text))
    let quoteID = try body.id("quoteId", as: QuoteID.self)
    let time = try body.time("time", now: now, within: configuration.eventTimes)
    let key = try InputRules.idempotencyKey(event)
    return try await ErrorMapping.store {
      guard let quote = try await rides.quote(quoteID) else {
        throw FunctionError(.notFound, code: "unknownQuote", "There is no quote \(quoteID).", field: "quoteId")
      }
      guard quote.rider == rider else {
        throw FunctionError(.forbidden, code: "notYours", "The quote belongs to someone else.", field: "quoteId")
      }
      let ride = try ride(from: quote, key: key, hash: InputRules.hash(event), requestedAt: max(time, quote.createdAt))
      if now >= quote.expiresAt {
        // A retry of a request that was kept in time is answered as it was then.
        if let key, let known = try await rides.ride(ride.id), known.idempotencyKey == key {
          guard known.requestHash == ride.requestHash else { throw StateError.idempotencyKeyReused }
          return Self.answer(Inserted(value: known, wasKnown: true))
        }
        throw FunctionError(.gone, code: "quoteExpired", "The quote's time is over.", field: "quoteId")
      }
      let kept = try await rides.insert(ride, publishing: RideMessages.requested(ride))
      context.logger.debug("ride requested", metadata: ["ride": "\(kept.value.id)"])
      return Self.answer(kept)
    }
  }

  private func ride(from quote: Quote, key: String?, hash: UInt64, requestedAt: Timestamp) throws -> Ride {
    guard let cell = Zone.cell(at: quote.pickup) else {
      throw FunctionError(.unprocessable, code: "outsideServiceArea", "The pickup is on no zone.", field: "quoteId")
    }
    return Ride(
      id: .ride(from: quote.id), quote: quote.id, rider: quote.rider, region: quote.region,
      vehicleClass: quote.vehicleClass, pickup: quote.pickup, dropoff: quote.dropoff, pickupCell: cell,
      fare: quote.breakdown.total, requestedAt: requestedAt,
      expiresAt: requestedAt.advanced(bySeconds: patienceSeconds), idempotencyKey: key, requestHash: hash)
  }

  private static func answer(_ kept: Inserted<Ride>) -> Response {
    var response = Response.json(JSONWriter.bytes { $0.ride(kept.value) }, status: 201)
    response.headers.append(("location", "/v1/rides/\(kept.value.id)"))
    if kept.wasKnown { response.headers.append(("idempotent-replayed", "true")) }
    return response
  }
}
