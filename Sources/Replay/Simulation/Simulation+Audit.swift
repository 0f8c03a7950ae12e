import DispatchCore
import DispatchState

extension Simulation {
  /// What the record alone cannot show: whom an offer went to.
  func checkOffer(_ offer: OfferView, _ driver: Int) async {
    let age = (world.now - max(lastPing[driver], 0)) / 1_000
    if age > Int64(parts.freshnessSeconds) {
      violations.append(
        Violation(
          invariant: "freshPositions", subject: offer.offerID,
          detail: "\(world.name(ofDriver: driver)) was last seen \(age) s before"))
    }
    switch world.occupation(ofDriver: driver) {
    case .parked, .repositioning: break
    case .withRider where await isNextOffer(offer): break
    case .off, .toPickup, .withRider:
      violations.append(
        Violation(
          invariant: "onlyFreeDrivers", subject: offer.offerID,
          detail: "\(world.name(ofDriver: driver)) is \(world.occupation(ofDriver: driver))"))
    }
  }

  /// Whether a ride may be offered as a driver's next one, and was.
  private func isNextOffer(_ offer: OfferView) async -> Bool {
    guard parts.offersNextRides,
      let assignment = try? await parts.record.assignment(of: RideID(trusted: offer.rideID))
    else { return false }
    return assignment.activity?.ride != nil && assignment.activity?.offer?.text == offer.offerID
  }

  /// Checks every invariant at the end of the day.
  func audit() async {
    do {
      let report = try await parts.record.audit(at: Timestamp(unixMilliseconds: world.now))
      violations += report.violations
      for region in parts.regions {
        let counted = try await parts.fleet.supply(in: region)
        let recounted = try await parts.fleet.recountedSupply(in: region)
        if counted != recounted {
          violations.append(
            Violation(invariant: "countersEqualRecount", subject: region.text, detail: "supply of zones"))
        }
      }
    } catch {
      notes.append("the audit could not be made: \(error)")
    }
    for (request, rideID) in world.openRides {
      violations.append(
        Violation(
          invariant: "everyRequestEnds", subject: rideID, detail: "of \(world.name(ofRiderOf: request)) is still open"))
    }
  }
}
