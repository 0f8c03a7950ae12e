internal import DispatchCore
internal import DispatchState
internal import PostgresClient

/// Steps of rides as the parallel arrays that the function `apply_commits` takes.
struct CommitArrays {
  /// How many arrays the function takes.
  static let parameterCount = 67

  private var rides = RideArrays()
  private var offers = OfferArrays()
  private var turns = TurnArrays()
  private var messageSteps: [Int64?] = []
  private var messages = MessageArrays()
  private var books = BookArrays()

  /// - Throws: `StateError.corrupt` where a message's body is no text.
  init(_ commits: [Commit]) throws(StateError) {
    for (index, commit) in commits.enumerated() {
      let step = Int64(index + 1)
      rides.append(commit.change.ride, expecting: commit.change.expectedVersion)
      offers.append(commit.change.offer)
      turns.append(commit.change.driver)
      for message in commit.messages {
        messageSteps.append(step)
        try messages.append(message)
      }
      if let settlement = commit.change.settlement { books.append(settlement, step: step) }
    }
  }

  var parameters: [PostgresValue] {
    rides.parameters + offers.parameters + turns.parameters + [.ints(messageSteps)] + messages.parameters
      + books.parameters
  }
}

/// What changes of a ride.
private struct RideArrays {
  private var ids: [String?] = []
  private var expectedVersions: [Int64?] = []
  private var states: [String?] = []
  private var versions: [Int64?] = []
  private var drivers: [String?] = []
  private var rounds: [Int64?] = []
  private var excludedDrivers: [String?] = []
  private var expirations: [Int64?] = []
  private var acceptances: [Int64?] = []
  private var arrivals: [Int64?] = []
  private var starts: [Int64?] = []
  private var completions: [Int64?] = []
  private var ends: [Int64?] = []
  private var etas: [Int64?] = []
  private var distances: [Int64?] = []
  private var reports: [String?] = []

  mutating func append(_ ride: Ride, expecting version: Int64) {
    ids.append(ride.id.text)
    expectedVersions.append(version)
    states.append(ride.state.rawValue)
    versions.append(ride.version)
    drivers.append(ride.driver?.text)
    rounds.append(Int64(ride.offerRound))
    excludedDrivers.append(ride.joinedExcludedDrivers)
    expirations.append(ride.expiresAt.unixMilliseconds)
    acceptances.append(ride.acceptedAt?.unixMilliseconds)
    arrivals.append(ride.arrivedAt?.unixMilliseconds)
    starts.append(ride.startedAt?.unixMilliseconds)
    completions.append(ride.completedAt?.unixMilliseconds)
    ends.append(ride.endedAt?.unixMilliseconds)
    etas.append(ride.pickupETASeconds.map(Int64.init))
    distances.append(ride.distanceMeters.map(Int64.init))
    reports.append(ride.report?.text)
  }

  var parameters: [PostgresValue] {
    [
      .texts(ids), .ints(expectedVersions), .texts(states), .ints(versions), .texts(drivers), .ints(rounds),
      .texts(excludedDrivers), .ints(expirations), .ints(acceptances), .ints(arrivals), .ints(starts),
      .ints(completions), .ints(ends), .ints(etas), .ints(distances), .texts(reports),
    ]
  }
}

/// The offers that are made or closed.
private struct OfferArrays {
  private var changes: [Int64?] = []
  private var ids: [String?] = []
  private var rides: [String?] = []
  private var drivers: [String?] = []
  private var regions: [String?] = []
  private var states: [String?] = []
  private var etas: [Int64?] = []
  private var distances: [Int64?] = []
  private var offers: [Int64?] = []
  private var expirations: [Int64?] = []
  private var answers: [Int64?] = []

  mutating func append(_ change: OfferChange?) {
    let (kind, offer): (Int64, Offer?) =
      switch change {
      case nil: (0, nil)
      case .make(let offer): (1, offer)
      case .close(let offer): (2, offer)
      }
    changes.append(kind)
    ids.append(offer?.id.text)
    rides.append(offer?.ride.text)
    drivers.append(offer?.driver.text)
    regions.append(offer?.region.text)
    states.append(offer?.state.rawValue)
    etas.append(offer.map { Int64($0.pickupETASeconds) })
    distances.append(offer.map { Int64($0.pickupDistanceMeters) })
    offers.append(offer?.offeredAt.unixMilliseconds)
    expirations.append(offer?.expiresAt.unixMilliseconds)
    answers.append(offer?.answeredAt?.unixMilliseconds)
  }

  var parameters: [PostgresValue] {
    [
      .ints(changes), .texts(ids), .texts(rides), .texts(drivers), .texts(regions), .texts(states), .ints(etas),
      .ints(distances), .ints(offers), .ints(expirations), .ints(answers),
    ]
  }
}

/// The drivers who turn to something else.
private struct TurnArrays {
  private var drivers: [String?] = []
  private var from = ActivityArrays()
  private var to = ActivityArrays()
  private var times: [Int64?] = []

  mutating func append(_ turn: DriverChange?) {
    drivers.append(turn?.driver.text)
    from.append(turn?.from)
    to.append(turn?.to)
    times.append(turn?.at.unixMilliseconds)
  }

  var parameters: [PostgresValue] {
    [.texts(drivers)] + from.parameters + to.parameters + [.ints(times)]
  }
}

/// What drivers do, in its parts.
private struct ActivityArrays {
  private var names: [String?] = []
  private var offers: [String?] = []
  private var rides: [String?] = []
  private var nextRides: [String?] = []

  mutating func append(_ activity: DriverActivity?) {
    names.append(activity?.name)
    offers.append(activity?.offer?.text)
    rides.append(activity?.ride?.text)
    nextRides.append(activity?.nextRide?.text)
  }

  var parameters: [PostgresValue] { [.texts(names), .texts(offers), .texts(rides), .texts(nextRides)] }
}
