import DispatchAPI
import DispatchCore
import DispatchState
import FunctionKit

/// One reported step, read from its request.
struct ProgressStep: Sendable {
  /// The last part of the route.
  enum Kind: String, CaseIterable, Sendable {
    case arrive
    case start
    case complete
    case noShow = "no-show"
    case cancel
  }

  /// Who reports it.
  enum Party: Sendable {
    case driver(DriverID)
    case rider(RiderID)
  }

  let kind: Kind
  let party: Party
  let time: Timestamp
  /// The server's clock.
  let now: Timestamp
  let distanceMeters: Int?
  /// What else a driver tells on completion.
  let report: TripReport
  let noShowSeconds: Int

  /// Reads a step.
  init(_ event: Event, now: Timestamp, window: EventTimeWindow, noShowSeconds: Int) throws(FunctionError) {
    let name = event.request?.path.split(separator: "/").last.map(String.init) ?? ""
    guard let kind = Kind(rawValue: name) else {
      throw FunctionError(.notFound, code: "unknownStep", "There is no step \(name).")
    }
    self.kind = kind
    self.noShowSeconds = noShowSeconds
    self.now = now
    let body = try RequestBody(event)
    time = try body.time("time", now: now, within: window)
    distanceMeters = try body.optionalInteger("distanceMeters", in: 0...2_000_000).map { Int($0) }
    report = TripReport(
      end: try body.optionalPosition("position"), stops: try body.optionalInteger("stops", in: 0...100),
      tollMinorUnits: try body.optionalInteger("tollMinorUnits", in: 0...1_000_000_000))
    if kind == .cancel, let rider = try body.optionalID("rider", as: RiderID.self) {
      if body.has("driver") {
        throw FunctionError(
          .badInput, code: "twoParties", "Expected either driver or rider, not both.", field: "driver")
      }
      party = .rider(rider)
    } else {
      party = .driver(try body.id("driver", as: DriverID.self))
    }
  }

  /// As whom the step is taken.
  var actor: Caller {
    switch party {
    case .driver(let id): .driver(id.text)
    case .rider(let id): .rider(id.text)
    }
  }

  /// Whether the ride shows that this very step was taken: the call is a retry.
  func wasTaken(_ ride: Ride) -> Bool {
    switch party {
    case .rider(let rider):
      return ride.rider == rider && ride.state == .cancelledByRider
    case .driver(let driver):
      // Whoever gave the ride back is not asked again, even while another driver has it.
      if kind == .cancel, ride.driver != driver { return ride.excludedDrivers.contains(driver) }
      guard ride.driver == driver else { return false }
      return switch kind {
      case .arrive: [.arrived, .started, .completed, .settled].contains(ride.state)
      case .start: [.started, .completed, .settled].contains(ride.state)
      case .complete: [.completed, .settled].contains(ride.state)
      case .noShow: ride.state == .noShow
      case .cancel: ride.state == .cancelledByDriver
      }
    }
  }

  /// The change that the step makes.
  /// - Parameters:
  ///   - assignment: the ride and what its driver is doing.
  ///   - offer: the ride's open offer, where it is offered.
  func change(_ assignment: Assignment, _ offer: Offer?) throws(RideLifecycle.Refusal) -> RideChange {
    let (ride, activity) = (assignment.ride, assignment.activity)
    switch party {
    case .rider(let rider):
      return try RideLifecycle.cancel(ride, byRider: rider, offer: offer, activity: activity, at: time)
    case .driver(let driver):
      return switch kind {
      case .arrive: try RideLifecycle.arrive(ride, by: driver, activity: activity, at: time)
      case .start: try RideLifecycle.start(ride, by: driver, at: time)
      case .complete:
        try RideLifecycle.complete(ride, by: driver, activity: activity, at: time, distanceMeters: distanceMeters,
          report: report.text == nil ? nil : report)
      case .noShow:
        try RideLifecycle.noShow(ride, by: driver, activity: activity, at: time, graceSeconds: noShowSeconds)
      case .cancel: try RideLifecycle.cancel(ride, byDriver: driver, activity: activity, at: time, now: now)
      }
    }
  }
}
