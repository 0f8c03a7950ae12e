extension World {
  /// Whether somebody wants something done that was not taken yet.
  package var hasActions: Bool { !actions.isEmpty }

  /// Ends the shift of a driver who has no ride; an offer that is still thought about is left behind.
  /// - Returns: false where the driver is not on shift, has a ride, or has just answered an offer.
  package mutating func endShift(_ driver: Int) -> Bool {
    guard drivers[driver].shift == .on, drivers[driver].assignment == nil, drivers[driver].next == nil,
      drivers[driver].answer?.isSent != true
    else { return false }
    stay(driver, at: now)
    drivers[driver].duty = .idle
    drivers[driver].motionToken &+= 1
    drivers[driver].shift = .ending
    actions.append(.goOffline(driver: driver))
    return true
  }

  /// Begins the shift of a driver who is off, where they are.
  package mutating func beginShift(_ driver: Int) {
    guard drivers[driver].shift == .off else { return }
    drivers[driver].shift = .beginning
    actions.append(.goOnline(driver: driver, at: drivers[driver].leg.place(at: now), milliseconds: now))
  }

  /// A shift could not be ended, because a ride is under way: it goes on.
  package mutating func keepShift(_ driver: Int) {
    if drivers[driver].shift == .ending { drivers[driver].shift = .on }
  }
}
