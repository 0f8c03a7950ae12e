package import HexGrid

/// What was learned of a city from its history: who will ask for rides, where rides will end, and how fast it moves.
package struct CityModel: Sendable, Hashable {
  /// Expected requests by zone.
  package let requests: DemandModel
  /// What was asked for on the latest day of each weekday.
  package let lastWeek: WeekCounts
  /// Expected ends of rides by area.
  package let dropoffs: DemandModel
  /// Where within the zones requests are made, by small cell, ascending.
  package let sites: [DemandSite]
  /// How long drives take.
  package let travelTime: LearnedTravelTime
  /// The median straight-line speed of short drives by hour.
  package let speeds: SpeedProfile

  /// The resolution of areas, the parts of a city that drivers are moved between over long ways: 36 km².
  package static let areaResolution = 6

  init?(
    requests: DemandModel, lastWeek: WeekCounts, dropoffs: DemandModel, sites: [DemandSite],
    travelTime: LearnedTravelTime, speeds: SpeedProfile
  ) {
    guard lastWeek.counts.count == requests.zones.count * DemandModel.intervalsPerWeek,
      requests.resolution == Zone.resolution, dropoffs.resolution == Self.areaResolution,
      zip(sites, sites.dropFirst()).allSatisfy({ $0.cell < $1.cell }),
      sites.allSatisfy({
        $0.cell.resolution == DemandSite.resolution && $0.position.isValid && (0...1).contains($0.share)
      })
    else { return nil }
    self.requests = requests
    self.lastWeek = lastWeek
    self.dropoffs = dropoffs
    self.sites = sites
    self.travelTime = travelTime
    self.speeds = speeds
  }

  /// Learns from recorded trips.
  /// - Parameters:
  ///   - trips: completed trips, in any order.
  ///   - calendar: the city's local week.
  ///   - demand: how demand is learned.
  /// - Returns: nil where no trip is of use.
  package static func trained(
    on trips: some Sequence<CompletedTrip>, calendar: LocalCalendar, demand: DemandTrainer = DemandTrainer()
  ) -> CityModel? {
    var requests = DemandHistory(calendar: calendar)
    var dropoffs = DemandHistory(calendar: calendar, resolution: areaResolution)
    var travel = TravelTimeTrainer(calendar: calendar)
    var speeds = HourlySpeedTrainer(calendar: calendar)
    var sites = SiteTrainer()
    for trip in trips {
      requests.add(pickup: trip.pickup, at: trip.pickupTime)
      dropoffs.add(pickup: trip.dropoff, at: trip.dropoffTime)
      let seconds = trip.dropoffTime.seconds(since: trip.pickupTime)
      travel.add(from: trip.pickup, to: trip.dropoff, at: trip.pickupTime, seconds: seconds)
      speeds.add(from: trip.pickup, to: trip.dropoff, at: trip.pickupTime, seconds: seconds)
      sites.add(trip.pickup)
    }
    guard let requestModel = demand.train(requests), let dropoffModel = demand.train(dropoffs),
      let travelTime = travel.train(), let profile = speeds.train()
    else { return nil }
    return CityModel(
      requests: requestModel, lastWeek: WeekCounts(requests, zones: requestModel.zones), dropoffs: dropoffModel,
      sites: sites.sites(), travelTime: travelTime, speeds: profile)?
      .rounded()
  }
}

/// A trip that was completed: what a city model learns from.
package struct CompletedTrip: Sendable, Hashable {
  package var pickup: GeoPoint
  package var dropoff: GeoPoint
  package var pickupTime: Timestamp
  package var dropoffTime: Timestamp

  package init(pickup: GeoPoint, dropoff: GeoPoint, pickupTime: Timestamp, dropoffTime: Timestamp) {
    self.pickup = pickup
    self.dropoff = dropoff
    self.pickupTime = pickupTime
    self.dropoffTime = dropoffTime
  }
}
