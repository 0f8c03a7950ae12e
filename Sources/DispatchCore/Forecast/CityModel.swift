package import HexGrid

/// What was learned of a city from its history: who will ask for rides, where rides will end, and how fast it moves.
package struct CityModel: Sendable, Hashable {
  /// The first request that it was learned from.
  package let trainedFrom: Timestamp
  /// The last one.
  package let trainedTo: Timestamp
  /// Expected requests by zone.
  package let requests: DemandModel
  /// What was asked for on the latest day of each weekday.
  package let lastWeek: WeekCounts
  /// How far requests scatter around forecasts.
  package let spread: ForecastSpread
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
    trainedFrom: Timestamp, trainedTo: Timestamp, requests: DemandModel, lastWeek: WeekCounts, spread: ForecastSpread,
    dropoffs: DemandModel, sites: [DemandSite],
    travelTime: LearnedTravelTime, speeds: SpeedProfile
  ) {
    guard trainedFrom <= trainedTo, lastWeek.counts.count == requests.zones.count * DemandModel.intervalsPerWeek,
      requests.resolution == Zone.resolution, dropoffs.resolution == Self.areaResolution,
      zip(sites, sites.dropFirst()).allSatisfy({ $0.cell < $1.cell }),
      sites.allSatisfy({
        $0.cell.resolution == DemandSite.resolution && $0.position.isValid && (0...1).contains($0.share)
      })
    else { return nil }
    self.trainedFrom = trainedFrom
    self.trainedTo = trainedTo
    self.requests = requests
    self.lastWeek = lastWeek
    self.spread = spread
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
    var trainer = CityModelTrainer(calendar: calendar, demand: demand)
    for trip in trips { trainer.add(trip) }
    return trainer.train()
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
