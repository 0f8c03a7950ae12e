/// Why a driver who was considered for a ride got it or not: one reason per driver and round.
package enum MatchVerdict: String, Sendable, Hashable, CaseIterable {
  /// The driver was offered the ride.
  case chosen
  /// Another ride of the round got the driver, at less cost in total.
  case takenByOther
  /// The ride got a driver who costs less.
  case costsMore
  /// Nearer than the driver who was chosen, but the zone would have been left short.
  case zoneLeftShort
  /// Others are nearer, and only so many are weighed.
  case notAmongNearest
  /// The pickup is farther than is offered.
  case tooFar
  /// The rider would have waited longer than is offered.
  case waitTooLong
  /// Drivers are scarce, and a nearer one may come free in time.
  case worthWaiting
  /// The last position is too old.
  case stale
  /// Somebody is aboard who did not come through us.
  case occupied
  /// Another kind of car.
  case otherClass
  /// Declined this ride, let its offer lapse, or gave it back.
  case excluded
  /// Rider and driver must not meet again.
  case blocked

  /// A letter for each, for storing: never given another meaning.
  package var code: Character {
    switch self {
    case .chosen: "C"
    case .takenByOther: "T"
    case .costsMore: "M"
    case .zoneLeftShort: "Z"
    case .notAmongNearest: "N"
    case .tooFar: "F"
    case .waitTooLong: "W"
    case .worthWaiting: "L"
    case .stale: "S"
    case .occupied: "O"
    case .otherClass: "K"
    case .excluded: "X"
    case .blocked: "B"
    }
  }

  /// The verdict of a letter.
  package init?(code: Character) {
    guard let found = Self.allCases.first(where: { $0.code == code }) else { return nil }
    self = found
  }
}
