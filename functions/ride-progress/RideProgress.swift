import DispatchAPI
import DispatchCore
import DispatchState
package import FunctionKit
import Logging

/// The steps of a ride that apps report: arrive, start, complete, no-show, cancel.
package struct RideProgress: Function {
  /// The text of its function.yaml.
  package static var specification: [UInt8] { PackageResources.function_yaml }
  package static var isBrief: Bool { true }

  private let rides: any RideStore
  private let follower: FleetFollower
  private let configuration: DispatchConfiguration
  /// How long a driver waits before a rider counts as not there, in seconds.
  private let noShowSeconds: Int

  package init(_ setup: FunctionSetup) throws {
    rides = try setup.binding("rides")
    follower = try setup.binding("follower")
    configuration = try setup.binding("configuration")
    noShowSeconds = try setup.integer("NO_SHOW_SECONDS", default: 120, in: 0...3_600)
  }

  package func handle(_ event: Event, _ context: Context) async throws -> Response {
    let id = try InputRules.routeID(event, as: RideID.self)
    let now = Timestamp(unixMilliseconds: context.now.unixMilliseconds)
    let step = try ProgressStep(event, now: now, window: configuration.eventTimes, noShowSeconds: noShowSeconds)
    try InputRules.check(context.caller, actsFor: step.actor)
    return try await ErrorMapping.store {
      for _ in 0..<4 {
        if let ride = try await attempt(step, on: id) {
          context.logger.debug("step", metadata: ["ride": "\(id)", "state": "\(ride.state.rawValue)"])
          return .json(JSONWriter.bytes { $0.ride(ride) })
        }
      }
      throw FunctionError(.transient, code: "busyRide", "The ride changes too often just now; try again.")
    }
  }

  /// Takes the step; nil where the ride changed meanwhile.
  private func attempt(_ step: ProgressStep, on id: RideID) async throws -> Ride? {
    guard let assignment = try await rides.assignment(of: id) else { throw ErrorMapping.unknownRide(id) }
    let ride = assignment.ride
    if step.wasTaken(ride) { return ride }
    let offer = step.kind == .cancel && ride.state == .offered ? try await rides.openOffer(of: id) : nil
    if step.kind == .cancel, ride.state == .offered, offer == nil { return nil }
    let change: RideChange
    do throws(RideLifecycle.Refusal) {
      change = try step.change(assignment, offer)
    } catch {
      if error == .driverElsewhere { return nil }
      throw ErrorMapping.answer(error)
    }
    let outcome = try await rides.commit([
      Commit(change, publishing: RideMessages.messages(of: change, at: step.time))
    ])
    guard case .applied(let status) = outcome.first else { return nil }
    await follower.follow(status.map { [$0] } ?? [])
    return change.ride
  }
}
