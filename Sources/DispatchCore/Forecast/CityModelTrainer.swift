package import HexGrid

/// Learns a city model from trips, one after the other and in any order.
package struct CityModelTrainer: Sendable {
  private let demand: DemandTrainer
  private var requests: DemandHistory
  private var dropoffs: DemandHistory
  private var travel: TravelTimeTrainer
  private var speeds: HourlySpeedTrainer
  private var sites = SiteTrainer()
  /// The first and the last request.
  private var first: Timestamp?
  private var last: Timestamp?

  /// - Parameters:
  ///   - calendar: the city's local week.
  ///   - demand: how demand is learned.
  package init(calendar: LocalCalendar, demand: DemandTrainer = DemandTrainer()) {
    self.demand = demand
    requests = DemandHistory(calendar: calendar)
    dropoffs = DemandHistory(calendar: calendar, resolution: CityModel.areaResolution)
    travel = TravelTimeTrainer(calendar: calendar)
    speeds = HourlySpeedTrainer(calendar: calendar)
  }

  /// The days on which requests were watched, ascending, as days since 1970-01-01.
  package var recordedDays: [Int] { requests.recordedDays }

  /// How many requests were added.
  package var requestCount: Int { requests.count }

  /// Adds a trip whose request is not known apart from its pickup.
  package mutating func add(_ trip: CompletedTrip) {
    add(request: trip.pickup, at: trip.pickupTime)
    add(drive: trip)
  }

  /// Adds a request, whether or not it was served.
  package mutating func add(request pickup: GeoPoint, at time: Timestamp) {
    requests.add(pickup: pickup, at: time)
    note(time)
    sites.add(pickup)
  }

  /// Adds requests that only their zone is known of.
  package mutating func add(_ count: Int, in zone: HexCell, at time: Timestamp) {
    requests.add(count, in: zone, at: time)
    note(time)
  }

  private mutating func note(_ time: Timestamp) {
    first = min(first ?? time, time)
    last = max(last ?? time, time)
  }

  /// Adds a drive with a rider, whose request was added apart.
  package mutating func add(drive trip: CompletedTrip) {
    dropoffs.add(pickup: trip.dropoff, at: trip.dropoffTime)
    let seconds = trip.dropoffTime.seconds(since: trip.pickupTime)
    travel.add(from: trip.pickup, to: trip.dropoff, at: trip.pickupTime, seconds: seconds)
    speeds.add(from: trip.pickup, to: trip.dropoff, at: trip.pickupTime, seconds: seconds)
  }

  /// Adds a ride on record: its request, and its drive where it was completed.
  package mutating func add(_ ride: PastRide) {
    add(request: ride.pickup, at: ride.requestedAt)
    guard let start = ride.startedAt, let end = ride.completedAt else { return }
    add(drive: CompletedTrip(pickup: ride.pickup, dropoff: ride.dropoff, pickupTime: start, dropoffTime: end))
  }

  /// Compares what would be learned with a live model on the last full day.
  /// - Parameters:
  ///   - live: the live model; nil where there is none.
  ///   - now: the present; the day must have ended.
  /// - Returns: nil where there is no full day, or no day before it to learn from.
  package func trial(against live: CityModel?, at now: Timestamp) -> ModelTrial? {
    let today = requests.calendar.day(at: now)
    guard let day = requests.recordedDays.last(where: { $0 < today }),
      let model = demand.train(requests.before(day: day))
    else { return nil }
    func review(_ model: DemandModel, _ spread: ForecastSpread) -> ForecastReview {
      ForecastReview(
        model, lastWeek: nil, spread: spread, counts: IntervalCounts(model, requests, day: day),
        horizon: ModelTrial.horizon)
    }
    let new = review(model, .usual)
    return ModelTrial(
      day: day, requests: new.requests, new: new.model, live: live.map { review($0.requests, $0.spread).model })
  }

  /// Learns from what was added.
  /// - Returns: nil where no trip is of use.
  package consuming func train() -> CityModel? {
    let spread = SpreadTrainer(trainer: demand).train(requests)
    guard let requestModel = demand.train(requests), let dropoffModel = demand.train(dropoffs),
      let travelTime = travel.train(), let profile = speeds.train()
    else { return nil }
    return CityModel(
      trainedFrom: first ?? last ?? Timestamp(unixMilliseconds: 0),
      trainedTo: last ?? first ?? Timestamp(unixMilliseconds: 0), requests: requestModel,
      lastWeek: WeekCounts(requests, zones: requestModel.zones), spread: spread,
      dropoffs: dropoffModel, sites: sites.sites(), travelTime: travelTime, speeds: profile)?
      .rounded()
  }
}
