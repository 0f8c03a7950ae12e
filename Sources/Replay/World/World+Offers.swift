import HexGrid

extension World {
  mutating func consider(_ driver: Int, _ offer: OfferView) {
    guard drivers[driver].shift == .on, drivers[driver].answer?.offer.offerID != offer.offerID,
      drivers[driver].assignment?.rideID != offer.rideID, drivers[driver].next?.rideID != offer.rideID
    else { return }
    tally.offers += 1
    let range = configuration.reactionMilliseconds
    let width = Int(range.upperBound - range.lowerBound) + 1
    let reaction = range.lowerBound + Int64(drivers[driver].random.below(width))
    let isTaken = drivers[driver].random.unit() >= configuration.declineShare
    drivers[driver].answer = SimulatedDriver.Answer(offer: offer, isTaken: isTaken, milliseconds: now + reaction)
    drivers[driver].answerToken &+= 1
    timers.set(.answer(driver: driver, token: drivers[driver].answerToken), at: now + reaction)
  }

  mutating func answer(_ driver: Int) {
    guard let answer = drivers[driver].answer, !answer.isSent else { return }
    drivers[driver].answer?.isSent = true
    if answer.isTaken {
      actions.append(.accept(driver: driver, offerID: answer.offer.offerID, rideID: answer.offer.rideID))
    } else {
      tally.declines += 1
      actions.append(.decline(driver: driver, offerID: answer.offer.offerID, rideID: answer.offer.rideID))
    }
  }

  /// An offer still thought about is dropped; for one already answered, the answer's outcome counts.
  mutating func withdraw(_ driver: Int, _ offerID: String) {
    guard let answer = drivers[driver].answer, answer.offer.offerID == offerID, !answer.isSent else { return }
    tally.offersLost += 1
    drivers[driver].answer = nil
    drivers[driver].answerToken &+= 1
  }

  mutating func offerGone(_ driver: Int, offerID: String) {
    guard let answer = drivers[driver].answer, answer.offer.offerID == offerID else { return }
    if answer.isTaken { tally.offersLost += 1 }
    drivers[driver].answer = nil
  }

  mutating func acceptGranted(_ driver: Int, offerID: String, _ ride: RideView) {
    noteRide(ride)
    guard let answer = drivers[driver].answer, answer.offer.offerID == offerID else { return }
    drivers[driver].answer = nil
    guard !ride.stage.isFinal, ride.driver == nil || ride.driver == drivers[driver].name else {
      tally.offersLost += 1
      return
    }
    finished.remove(ride.rideID)
    take(
      driver, rideID: ride.rideID, pickup: ride.pickup ?? answer.offer.pickup,
      dropoff: ride.dropoff ?? answer.offer.dropoff,
      at: answer.milliseconds)
  }

  /// The driver has a ride from now on: sets off, or after the present ride.
  mutating func take(_ driver: Int, rideID: String, pickup: GeoPoint, dropoff: GeoPoint, at milliseconds: Int64) {
    guard drivers[driver].assignment?.rideID != rideID, drivers[driver].next?.rideID != rideID,
      !finished.contains(rideID)
    else { return }
    tally.accepts += 1
    let assignment = SimulatedDriver.Assignment(rideID: rideID, pickup: pickup, dropoff: dropoff, since: milliseconds)
    if drivers[driver].assignment == nil {
      begin(driver, assignment, at: milliseconds)
    } else {
      drivers[driver].next = assignment
      tally.nextRides += 1
    }
  }
}
