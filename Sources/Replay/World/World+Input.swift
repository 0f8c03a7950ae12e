extension World {
  /// Tells the world an answer or an event.
  /// - Parameters:
  ///   - input: what it is.
  ///   - milliseconds: the present moment.
  package mutating func apply(_ input: WorldInput, at milliseconds: Int64) {
    now = max(now, milliseconds)
    switch input {
    case .online(let driver):
      if drivers[driver].shift == .beginning { drivers[driver].shift = .on }
    case .shiftRefused(let driver): drivers[driver].shift = .refused
    case .offline(let driver): drivers[driver].shift = .off
    case .snapshot(let driver, let isOnline, let offer, let ride, let next):
      reconcile(driver, isOnline: isOnline, offer: offer, rides: [ride, next].compactMap { $0 })
    case .offer(let driver, let offer): consider(driver, offer)
    case .offerWithdrawn(let driver, let offerID): withdraw(driver, offerID)
    case .accepted(let driver, let offerID, let ride): acceptGranted(driver, offerID: offerID, ride)
    case .offerGone(let driver, let offerID): offerGone(driver, offerID: offerID)
    case .driverRide(let driver, let ride):
      noteRide(ride)
      follow(driver, ride)
    case .stepTaken(let driver, let step, let ride):
      noteRide(ride)
      stepTaken(driver, step, ride)
    case .stepRefused(let driver, let rideID, let ride):
      if let ride { noteRide(ride) }
      stepRefused(driver, rideID: rideID, ride)
    case .inspected(let driver, let rideID, let ride):
      if let ride { noteRide(ride) }
      inspected(driver, rideID: rideID, ride)
    case .placed(let request, let ride): placed(request, ride)
    case .notPlaced(let request, let isRefused): notPlaced(request, isRefused: isRefused)
    case .riderRide(let request, let ride):
      requestOfRide[ride.rideID] = request
      noteRide(ride)
      // The driver's feed tells it too; this spares the way in vain where that is late.
      guard ride.stage.isFinal, !ride.stage.isServed,
        let driver = drivers.firstIndex(where: {
          $0.assignment?.rideID == ride.rideID || $0.next?.rideID == ride.rideID
        })
      else { return }
      follow(driver, ride)
    case .reposition(let driver, let target): reposition(driver, to: target)
    }
  }
}
