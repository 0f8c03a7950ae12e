import DispatchAPI
import DispatchCore
import DispatchState
package import FunctionKit
import HexGrid
import Logging

/// Puts drivers on and off shift, and shows what a driver is doing.
package struct DriverShift: Function {
  /// The text of its function.yaml.
  package static var specification: [UInt8] { PackageResources.function_yaml }
  package static var isBrief: Bool { true }

  private let drivers: any DriverStore
  private let rides: any RideStore
  private let fleet: any FleetIndex
  private let follower: FleetFollower
  private let configuration: DispatchConfiguration

  package init(_ setup: FunctionSetup) throws {
    drivers = try setup.binding("drivers")
    rides = try setup.binding("rides")
    fleet = try setup.binding("fleet")
    follower = try setup.binding("follower")
    configuration = try setup.binding("configuration")
  }

  package func handle(_ event: Event, _ context: Context) async throws -> Response {
    let driver = try InputRules.routeID(event, as: DriverID.self)
    return try await ErrorMapping.store {
      event.request?.method == "GET" ? try await show(driver) : try await change(driver, event, context)
    }
  }

  // MARK: Changing

  private func change(_ driver: DriverID, _ event: Event, _ context: Context) async throws -> Response {
    try InputRules.check(context.caller, actsFor: .driver(driver.text))
    let now = Timestamp(unixMilliseconds: context.now.unixMilliseconds)
    let body = try RequestBody(event)
    let isOnline = try Self.isOnline(body)
    let vehicleClass = try body.vehicleClass("vehicleClass")
    let position = try body.optionalPosition("position")
    let time = try body.time("time", now: now, within: configuration.eventTimes)
    let region = try region(body, position)
    let known = try await drivers.status(of: driver)
    if !isOnline, known == nil {
      throw FunctionError(.notFound, code: "unknownDriver", "Driver \(driver) never had a shift.", field: "id")
    }
    var status = try await drivers.setShift(
      driver, region: region ?? known?.region ?? configuration.regions.regions[0].id, vehicleClass: vehicleClass,
      isOnline: isOnline, at: time)
    if !isOnline { status = try await leave(status, at: now) }
    if isOnline, let position {
      let ping = DriverPing(driver: driver, time: time, position: position)
      _ = try await fleet.record([ping], in: status.region)
    }
    var statuses = [status]
    if let known, known.region != status.region {
      // The fleet that is left behind must not go on counting the driver.
      var gone = status
      gone.region = known.region
      gone.activity = .offline
      statuses.append(gone)
    }
    await follower.follow(statuses)
    context.logger.debug("shift", metadata: ["driver": "\(driver)", "activity": "\(status.activity.name)"])
    return .json(JSONWriter.bytes { $0.status(status) })
  }

  /// Goes off shift in spite of an open offer, which is withdrawn; not in spite of a ride.
  private func leave(_ status: DriverStatus, at now: Timestamp) async throws -> DriverStatus {
    var status = status
    for _ in 0..<3 {
      switch status.activity {
      case .offline:
        return status
      case .busy(let ride, _):
        throw FunctionError(.conflict, code: "rideUnderway", "Driver \(status.driver) is on ride \(ride).")
      case .offered(let id):
        if let offer = try await rides.offer(id), let ride = try await rides.ride(offer.ride),
          let change = try? RideLifecycle.withdraw(ride, offer, now: now)
        {
          let outcome = try await rides.commit([
            Commit(change, publishing: RideMessages.messages(of: change, at: now))
          ])
          if case .applied(let after?) = outcome.first { return after }
        }
      case .idle:
        status = try await drivers.setShift(
          status.driver, region: status.region, vehicleClass: status.vehicleClass, isOnline: false, at: now)
        continue
      }
      guard let present = try await drivers.status(of: status.driver) else { break }
      status = present
    }
    throw FunctionError(
      .transient, code: "busyDriver", "Driver \(status.driver) changes too often just now; try again.")
  }

  private static func isOnline(_ body: RequestBody) throws -> Bool {
    switch try body.optionalText("status") {
    case "online": return true
    case "offline": return false
    case nil:
      throw FunctionError(.badInput, code: "missingField", "Expected status: online or offline.", field: "status")
    case .some:
      throw FunctionError(.badInput, code: "badStatus", "Expected status to be online or offline.", field: "status")
    }
  }

  private func region(_ body: RequestBody, _ position: GeoPoint?) throws -> RegionID? {
    if let id = try body.optionalID("region", as: RegionID.self) {
      return try configuration.regions.region(named: id.text).id
    }
    return position.map { configuration.regions.fleetRegion(at: $0).id }
  }

  // MARK: Showing

  private func show(_ driver: DriverID) async throws -> Response {
    let status = try await drivers.status(of: driver)
    var snapshot: DriverSnapshot?
    for region in status.map({ [$0.region] }) ?? configuration.regions.regions.map(\.id) where snapshot == nil {
      snapshot = try await fleet.driver(driver, in: region)
    }
    guard status != nil || snapshot != nil else {
      throw FunctionError(
        .notFound, code: "unknownDriver", "Driver \(driver) never had a shift or a position.", field: "id")
    }
    let position = snapshot
    return .json(
      JSONWriter.bytes { json in
        json.object { json in
          json.member("driver", driver.text)
          json.member("status", status.map { $0.activity == .offline ? "offline" : "online" })
          json.member("activity", status?.activity.name)
          json.member("vehicleClass", status?.vehicleClass.name)
          json.member("region", status?.region.text)
          json.member("since", time: status?.since)
          if let ride = status?.activity.ride { json.member("rideId", ride.text) }
          if let offer = status?.activity.offer { json.member("offerId", offer.text) }
          if let ride = status?.activity.nextRide { json.member("nextRideId", ride.text) }
          json.member("seenAt", time: position?.seenAt)
          if let position {
            json.member("position", position: position.position)
            json.member("cell", position.cell.description)
            json.member("occupied", position.isOccupied)
          }
        }
      })
  }
}
