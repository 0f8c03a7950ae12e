extension World {
  mutating func ask(_ request: Int) {
    guard riders[request].phase == .ahead else { return }
    riders[request].phase = .placing
    tally.requests += 1
    tally.open += 1
    actions.append(.place(request: request))
    let asked = scenario.requests[request].unixMilliseconds
    timers.set(.patience(request), at: asked + configuration.patienceMilliseconds)
  }

  mutating func losePatience(_ request: Int) {
    switch riders[request].phase {
    case .placing: riders[request].isImpatient = true
    case .placed:
      guard let ride = riders[request].ride, !ride.stage.isFinal else { return }
      // Somebody has come: the rider sees the car, whether the server knows of it yet or not.
      guard arrivals[ride.rideID] == nil else { return }
      switch ride.stage {
      case .requested, .offered, .accepted:
        actions.append(.cancel(request: request, rideID: ride.rideID, milliseconds: now))
      default: break
      }
    case .ahead, .over: break
    }
  }

  mutating func placed(_ request: Int, _ ride: RideView) {
    guard riders[request].phase == .placing else { return }
    riders[request].phase = .placed
    requestOfRide[ride.rideID] = request
    noteRide(ride)
    if riders[request].isImpatient { losePatience(request) }
  }

  mutating func notPlaced(_ request: Int, isRefused: Bool) {
    guard riders[request].phase == .placing else { return }
    riders[request].phase = .over
    riders[request].isUnplaced = true
    tally.open -= 1
    if isRefused {
      tally.refused += 1
    } else {
      tally.cancelled += 1
      tally.unreached += 1
    }
  }

  /// Takes in what is told about a ride; older news than known changes nothing.
  mutating func noteRide(_ ride: RideView) {
    guard let request = requestOfRide[ride.rideID], riders[request].phase == .placed else { return }
    let known = riders[request].ride
    if let known {
      guard known.rideID == ride.rideID, ride.version >= known.version, !known.stage.isFinal else { return }
    }
    riders[request].ride = ride
    if ride.stage.isServed, known?.stage.isServed != true { countServed(request, ride) }
    guard ride.stage.isFinal else { return }
    riders[request].phase = .over
    tally.open -= 1
    switch ride.stage {
    case .settled: countSettled(ride)
    case .expired: tally.expired += 1
    case .cancelledByRider: tally.cancelled += 1
    default: tally.failed += 1
    }
  }

  private mutating func countServed(_ request: Int, _ ride: RideView) {
    tally.served += 1
    guard let arrival = arrivals[ride.rideID] else { return }
    tally.waitSeconds.append(Double(arrival - scenario.requests[request].unixMilliseconds) / 1_000)
  }

  private mutating func countSettled(_ ride: RideView) {
    tally.settled += 1
    guard let fare = ride.fareMinorUnits else { return }
    tally.revenueMinorUnits += fare
    if let currency = ride.currency { tally.currency = currency }
  }
}
