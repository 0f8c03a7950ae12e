/// One round of matching as one ride saw it: who was considered, who was not taken and why.
package struct MatchRound: Sendable, Hashable {
  /// What a round came to for a ride.
  package enum Outcome: String, Sendable, Hashable, CaseIterable {
    /// An offer was made.
    case offered
    /// Nobody could be offered the ride, or all who could served more rides elsewhere.
    case unserved
    /// The ride had changed before the offer could be made.
    case rideChanged
    /// The driver had changed before the offer could be made.
    case driverChanged
  }

  /// So many drivers with the same verdict.
  package struct Others: Sendable, Hashable {
    package var verdict: MatchVerdict
    package var drivers: Int

    package init(_ verdict: MatchVerdict, drivers: Int) {
      self.verdict = verdict
      self.drivers = drivers
    }
  }

  package var ride: RideID
  package var time: Timestamp
  package var outcome: Outcome
  /// Who was chosen.
  package var driver: DriverID?
  /// How many rides waited in the region.
  package var openRides: Int
  /// How long the rider had waited.
  package var ageSeconds: Int
  /// What that was worth, in tenths of a second.
  package var ageBonusDeciseconds: Int
  /// Drivers one by one, nearest first; all who were weighed are among them.
  package var considered: [ConsideredDriver]
  /// The drivers farther off, counted by verdict.
  package var others: [Others]

  package init(
    ride: RideID, time: Timestamp, outcome: Outcome, driver: DriverID? = nil, openRides: Int, ageSeconds: Int,
    ageBonusDeciseconds: Int = 0, considered: [ConsideredDriver], others: [Others] = []
  ) {
    self.ride = ride
    self.time = time
    self.outcome = outcome
    self.driver = driver
    self.openRides = openRides
    self.ageSeconds = ageSeconds
    self.ageBonusDeciseconds = ageBonusDeciseconds
    self.considered = considered
    self.others = others
  }

  /// A hash of what matters to whoever asks why: the outcome, and the verdicts on those who could have come. That somebody drove a few
  /// metres on, or passed by far away, changes nothing.
  package var digest: UInt64 {
    var hash = FNV1a()
    hash.combine(outcome.rawValue)
    hash.combine(driver?.text ?? "")
    var sum = hash.value
    for item in considered where item.verdict.isAboutPair {
      var hash = FNV1a()
      hash.combine(item.driver.text)
      hash.combine(String(item.verdict.code))
      // The order of the list, which follows from distances, does not matter.
      sum &+= hash.value
    }
    return sum
  }
}

extension MatchVerdict {
  /// Whether it says something of this ride and this driver, and not only of where the driver was.
  fileprivate var isAboutPair: Bool {
    switch self {
    case .chosen, .takenByOther, .costsMore, .zoneLeftShort, .waitTooLong, .worthWaiting, .excluded, .blocked: true
    case .notAmongNearest, .tooFar, .stale, .occupied, .otherClass: false
    }
  }
}
