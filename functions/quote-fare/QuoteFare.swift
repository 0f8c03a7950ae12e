import DispatchAPI
import DispatchCore
import DispatchState
package import FunctionKit
import HexGrid
import Logging

/// Quotes an upfront price that binds until it expires; tariff version and surge are frozen in it.
package struct QuoteFare: Function {
  /// The text of its function.yaml.
  package static var specification: [UInt8] { PackageResources.function_yaml }
  package static var isBrief: Bool { true }

  private let rides: any RideStore
  private let tariffs: any TariffStore
  private let surge: any SurgeStore
  private let configuration: DispatchConfiguration
  private let travelTimes: any TravelTimes
  /// How long a quote is good for, in seconds.
  private let validSeconds: Int
  /// How much longer the road is than the crow's way where nobody knows the road, in hundredths.
  private let detourPercent: Int

  package init(_ setup: FunctionSetup) throws {
    rides = try setup.binding("rides")
    tariffs = try setup.binding("tariffs")
    surge = try setup.binding("surge")
    configuration = try setup.binding("configuration")
    travelTimes = try setup.binding("travelTimes")
    validSeconds = try setup.integer("QUOTE_VALID_SECONDS", default: 600, in: 10...86_400)
    detourPercent = try setup.integer("DETOUR_PERCENT", default: 130, in: 100...300)
  }

  package func handle(_ event: Event, _ context: Context) async throws -> Response {
    let now = Timestamp(unixMilliseconds: context.now.unixMilliseconds)
    let body = try RequestBody(event)
    let rider = try body.id("rider", as: RiderID.self)
    try InputRules.check(context.caller, actsFor: .rider(rider.text))
    let pickup = try body.position("pickup")
    let dropoff = try body.position("dropoff")
    let vehicleClass = try body.vehicleClass("vehicleClass")
    let promotion = try body.optionalText("promotion")
    let key = try InputRules.idempotencyKey(event)
    guard let region = configuration.regions.region(from: pickup, to: dropoff) else {
      throw FunctionError(
        .unprocessable, code: "outsideServiceArea", "No region has both the pickup and the dropoff.", field: "pickup")
    }
    return try await ErrorMapping.store {
      guard let tariff = try await tariffs.tariff(region: region.id, vehicleClass: vehicleClass, at: now) else {
        throw FunctionError(
          .unprocessable, code: "noTariff", "Region \(region.id) has no price for \(vehicleClass.name).",
          field: "vehicleClass")
      }
      let price = await price(at: pickup, in: region.id, context)
      let surgeTenths = price?.tenths(at: now) ?? 10
      let drive = try await travelTimes.estimate(from: pickup, to: dropoff, at: now, in: region.id)
      let meters = drive?.meters ?? pickup.distanceMeters(to: dropoff) * Double(detourPercent) / 100
      let seconds = drive?.wholeSeconds ?? configuration.speeds.seconds(from: pickup, to: dropoff, at: now)
      let wholeMeters = Int(exactly: meters.rounded()) ?? 0
      if let promotion, !tariff.promotions.contains(where: { $0.code == promotion && $0.validity.contains(now) }) {
        throw FunctionError(
          .unprocessable, code: "unknownPromotion", "Tariff \(tariff.id) has no such promotion now.", field: "promotion"
        )
      }
      var trip = FareTrip(from: pickup, to: dropoff, at: now, meters: wholeMeters, seconds: seconds)
      trip.surgeTenths = surgeTenths
      trip.promotion = promotion
      let quote = Quote(
        id: .quote(for: rider, event: event.id, at: now), rider: rider, region: region.id, vehicleClass: vehicleClass,
        pickup: pickup, dropoff: dropoff,
        breakdown: FareCalculator.fare(tariff, trip),
        distanceMeters: wholeMeters, durationSeconds: seconds, surgeTenths: surgeTenths,
        surgeVersion: price?.tick.version, tariff: tariff.id, createdAt: now,
        expiresAt: now.advanced(bySeconds: validSeconds), idempotencyKey: key, requestHash: InputRules.hash(event))
      let kept = try await rides.insert(quote)
      var response = Response.json(JSONWriter.bytes { $0.quote(kept.value) }, status: 201)
      if kept.wasKnown { response.headers.append(("idempotent-replayed", "true")) }
      return response
    }
  }

  /// The zone's price, where one is in force. A rider gets a quote whether or not the store of prices answers.
  private func price(at pickup: GeoPoint, in region: RegionID, _ context: Context) async -> SurgePrice? {
    guard let cell = Zone.cell(at: pickup) else { return nil }
    do {
      let price = try await surge.price(of: cell, in: region)
      let now = Timestamp(unixMilliseconds: context.now.unixMilliseconds)
      return price.flatMap { $0.tick.isFresh(at: now) ? $0 : nil }
    } catch {
      context.logger.warning("quoted without surge", metadata: ["region": "\(region)", "error": "\(error)"])
      return nil
    }
  }
}
