/// The invariants that the record alone can show, over all that it holds.
package enum RecordAudit {
  /// How long after its end an offer or a request may still be found open: the sweep runs every few seconds.
  package static let graceSeconds = 60
  /// How long a completed ride may wait for its settlement.
  package static let settlementSeconds = 600

  /// Looks for everything that must not be.
  package static func violations(
    rides: [Ride], offers: [Offer], drivers: [DriverStatus], settlements: [Settlement], entries: [LedgerEntry],
    now: Timestamp
  ) -> [Violation] {
    var found: [Violation] = []
    let offersByRide = Dictionary(grouping: offers, by: \.ride)
    let ridesByID = Dictionary(rides.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    found += assignments(rides, offersByRide)
    found += driversAgree(drivers, ridesByID, offers)
    found += deadlines(rides, offers, now)
    found += money(rides, settlements, entries)
    return found.sorted { ($0.invariant, $0.subject) < ($1.invariant, $1.subject) }
  }

  private static func assignments(_ rides: [Ride], _ offers: [RideID: [Offer]]) -> [Violation] {
    var found: [Violation] = []
    var activeByDriver: [DriverID: [Ride]] = [:]
    for ride in rides {
      if ride.state.hasActiveDriver {
        if let driver = ride.driver {
          activeByDriver[driver, default: []].append(ride)
        } else {
          found.append(
            Violation(invariant: "activeRideHasDriver", subject: ride.id.text, detail: "no driver in \(ride.state)"))
        }
      }
      let own = offers[ride.id] ?? []
      let open = own.count { $0.state == .open }
      if open > 1 || (open == 1) != (ride.state == .offered) {
        found.append(
          Violation(
            invariant: "oneOpenOfferPerOfferedRide", subject: ride.id.text,
            detail: "\(open) open offers in state \(ride.state.rawValue)"))
      }
      let order = [ride.requestedAt, ride.acceptedAt, ride.arrivedAt, ride.startedAt, ride.completedAt].compactMap {
        $0
      }
      if zip(order, order.dropFirst()).contains(where: { $0 > $1 }) {
        found.append(
          Violation(invariant: "stepsInOrder", subject: ride.id.text, detail: "a step lies before the one it follows"))
      }
      if ride.state.isFinal != (ride.endedAt != nil) {
        found.append(
          Violation(invariant: "finalRidesHaveEnded", subject: ride.id.text, detail: "state \(ride.state.rawValue)"))
      }
      for offer in own where offer.state == .accepted {
        if let answered = offer.answeredAt, answered >= offer.expiresAt {
          found.append(
            Violation(invariant: "acceptedBeforeExpiry", subject: offer.id.text, detail: "was accepted after its end"))
        }
      }
    }
    // Besides the present ride there may be the next one, which was accepted, once the present one's rider is aboard.
    for (driver, active) in activeByDriver
    where active.count(where: \.state.isAwaited) > 1 || active.count(where: \.state.isPresent) > 1 {
      let ids = active.map(\.id.text).sorted().joined(separator: ", ")
      found.append(Violation(invariant: "oneActiveRidePerDriver", subject: driver.text, detail: "is on \(ids)"))
    }
    return found
  }

  private static func driversAgree(_ drivers: [DriverStatus], _ rides: [RideID: Ride], _ offers: [Offer]) -> [Violation]
  {
    let openOffers = Dictionary(
      offers.filter { $0.state == .open }.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    var found: [Violation] = []
    var busy: Set<RideID> = []
    for status in drivers {
      if let id = status.activity.ride {
        busy.insert(id)
        if rides[id]?.driver != status.driver || rides[id]?.state.hasActiveDriver != true {
          found.append(
            Violation(
              invariant: "busyDriversDrive", subject: status.driver.text,
              detail: "is busy with \(id), which is not under way with them"))
        }
      }
      if let id = status.activity.nextRide {
        busy.insert(id)
        if rides[id]?.driver != status.driver || rides[id]?.state != .accepted {
          found.append(
            Violation(
              invariant: "nextRidesWait", subject: status.driver.text,
              detail: "goes to \(id) next, which does not wait for them"))
        }
      }
      if case .busy(let id, next: .some) = status.activity, rides[id]?.state != .started {
        found.append(
          Violation(
            invariant: "nextRidesFollow", subject: status.driver.text,
            detail: "has something in store before the rider of \(id) is aboard"))
      }
      if let id = status.activity.offer, openOffers[id]?.driver != status.driver {
        found.append(
          Violation(
            invariant: "reservationsHaveOffers", subject: status.driver.text,
            detail: "is reserved by \(id), which is not open"))
      }
    }
    for ride in rides.values where ride.state.hasActiveDriver && !busy.contains(ride.id) {
      found.append(
        Violation(
          invariant: "busyDriversDrive", subject: ride.id.text,
          detail: "is \(ride.state.rawValue), but its driver is not busy with it"))
    }
    return found
  }

  private static func deadlines(_ rides: [Ride], _ offers: [Offer], _ now: Timestamp) -> [Violation] {
    let limit = now.advanced(bySeconds: -graceSeconds)
    var found: [Violation] = []
    for offer in offers where offer.state == .open && offer.expiresAt < limit {
      found.append(Violation(invariant: "offersLapse", subject: offer.id.text, detail: "is open past its end"))
    }
    for ride in rides where ride.state == .requested && ride.expiresAt < limit {
      found.append(Violation(invariant: "requestsEnd", subject: ride.id.text, detail: "waits past its end"))
    }
    for ride in rides where ride.state == .completed {
      if let completed = ride.completedAt, completed < now.advanced(bySeconds: -settlementSeconds) {
        found.append(
          Violation(invariant: "completedRidesSettle", subject: ride.id.text, detail: "is unsettled after 10 minutes"))
      }
    }
    return found
  }
}
