import HexGrid

extension CityModel {
  /// The model that forecasts a share of the zones as a candidate does and the others as this one.
  ///
  /// Travel times, ends of rides and the scatter remain this model's. A candidate of another local time is not mixed in.
  /// - Parameters:
  ///   - candidate: the other model.
  ///   - sharePercent: 0 to 100.
  package func blended(with candidate: CityModel, sharePercent: Int) -> CityModel {
    guard sharePercent > 0, candidate.requests.calendar == requests.calendar else { return self }
    guard sharePercent < 100 else { return candidate }
    func isOther(_ zone: HexCell) -> Bool { ModelUse.isOfCandidate(zone, sharePercent: sharePercent) }
    guard let mixed = requests.blended(with: candidate.requests, where: isOther) else { return self }
    var counts: [UInt16] = []
    for zone in mixed.zones {
      let source = isOther(zone) ? candidate : self
      counts.append(contentsOf: source.lastWeek.week(ofZone: source.requests.index(of: zone)))
    }
    func places(of model: CityModel, others: Bool) -> [DemandSite] {
      model.sites.filter { site in site.cell.parent(at: Zone.resolution).map(isOther) == others }
    }
    let sites = (places(of: self, others: false) + places(of: candidate, others: true)).sorted { $0.cell < $1.cell }
    guard let week = WeekCounts(counts: counts, zones: mixed.zones.count) else { return self }
    return CityModel(
      trainedFrom: min(trainedFrom, candidate.trainedFrom), trainedTo: max(trainedTo, candidate.trainedTo),
      requests: mixed, lastWeek: week, spread: spread, dropoffs: dropoffs, sites: sites, travelTime: travelTime,
      speeds: speeds) ?? self
  }
}

extension WeekCounts {
  /// The counts of a zone's week; noughts where there is no such zone.
  fileprivate func week(ofZone index: Int?) -> [UInt16] {
    let length = DemandModel.intervalsPerWeek
    guard let index, (index + 1) * length <= counts.count else { return Array(repeating: 0, count: length) }
    return Array(counts[index * length..<(index + 1) * length])
  }
}

extension DemandModel {
  /// This model with some zones as another has them: their shares are turned into shares of this model's totals, hour by hour.
  fileprivate func blended(with other: DemandModel, where isOther: (HexCell) -> Bool) -> DemandModel? {
    let hours = LocalCalendar.hoursPerWeek
    let (own, others) = (totalsByHour, other.totalsByHour)
    let ratios = (0..<hours).map { own[$0] > 0 ? others[$0] / own[$0] : 0 }
    let zones = (self.zones.filter { !isOther($0) } + other.zones.filter(isOther)).sorted()
    var shares: [Float] = []
    shares.reserveCapacity(zones.count * hours)
    for zone in zones {
      let source = isOther(zone) ? other : self
      guard let index = source.index(of: zone) else { return nil }
      for hour in 0..<hours {
        let share = source.shares[index * hours + hour]
        shares.append(isOther(zone) ? min(share * ratios[hour], 1) : share)
      }
    }
    return DemandModel(
      calendar: calendar, resolution: resolution, trainedOn: trainedOn, totals: totals, zones: zones, shares: shares)
  }

  private var totalsByHour: [Float] {
    let perHour = totals.count / LocalCalendar.hoursPerWeek
    return stride(from: 0, to: totals.count, by: perHour).map { totals[$0..<$0 + perHour].reduce(0, +) }
  }
}
