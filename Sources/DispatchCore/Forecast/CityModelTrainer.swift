package import HexGrid

/// Learns a city model from trips, one after the other and in any order.
package struct CityModelTrainer: Sendable {
  private let demand: DemandTrainer
  private var requests: DemandHistory
  private var dropoffs: DemandHistory
  private var travel: TravelTimeTrainer
  private var speeds: HourlySpeedTrainer
  private var sites = SiteTrainer()

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
    sites.add(pickup)
  }

  /// Adds requests that only their zone is known of.
  package mutating func add(_ count: Int, in zone: HexCell, at time: Timestamp) {
    requests.add(count, in: zone, at: time)
  }

  /// Adds a drive with a rider, whose request was added apart.
  package mutating func add(drive trip: CompletedTrip) {
    dropoffs.add(pickup: trip.dropoff, at: trip.dropoffTime)
    let seconds = trip.dropoffTime.seconds(since: trip.pickupTime)
    travel.add(from: trip.pickup, to: trip.dropoff, at: trip.pickupTime, seconds: seconds)
    speeds.add(from: trip.pickup, to: trip.dropoff, at: trip.pickupTime, seconds: seconds)
  }

  /// Learns from what was added.
  /// - Returns: nil where no trip is of use.
  package consuming func train() -> CityModel? {
    let spread = SpreadTrainer(trainer: demand).train(requests)
    guard let requestModel = demand.train(requests), let dropoffModel = demand.train(dropoffs),
      let travelTime = travel.train(), let profile = speeds.train()
    else { return nil }
    return CityModel(
      requests: requestModel, lastWeek: WeekCounts(requests, zones: requestModel.zones), spread: spread,
      dropoffs: dropoffModel, sites: sites.sites(), travelTime: travelTime, speeds: profile)?
      .rounded()
  }
}
