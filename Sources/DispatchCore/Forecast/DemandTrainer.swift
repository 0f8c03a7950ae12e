import HexGrid

/// Learns a demand model from a history of requests.
///
/// Every estimate from few rides is pulled towards one from more of them: a zone's share at an hour of a weekday towards its share
/// at that hour on similar days, that one towards its share at that hour on any day, and that towards its share at any time. The
/// pull is a Dirichlet prior worth so many rides (Gelman et al., Bayesian Data Analysis, 3rd edition, section 5.1). The city's totals are
/// learned the same way from days, of which late ones count more and odd ones, such as holidays, hardly (see `DayWeights`).
package struct DemandTrainer: Sendable, Hashable {
  /// How many rides the coarser estimate of a share is worth, against those of the hour on any day.
  package var hourPriorRides = 1_000.0
  /// The same against those of the hour on similar days.
  package var dayGroupPriorRides = 2_000.0
  /// The same against those of the hour on that weekday.
  package var weekdayPriorRides = 2_000.0
  /// How many days the city's mean day is worth against the mean of similar days.
  package var totalPriorDays = 1.0
  /// How many days the mean of similar days is worth against the days of one weekday.
  package var weekdayPriorDays = 4.0
  /// After how many days a day counts half, for the city's totals: a city grows and shrinks with the season.
  package var halfLifeDays = 14.0

  /// The usual strengths, chosen on held-out days of a month of a whole fleet's trips.
  package init() {}

  /// Trains.
  /// - Returns: nil where the history holds no request.
  package func train(_ history: DemandHistory) -> DemandModel? {
    guard let days = history.days else { return nil }
    let weights = DayWeights(history, halfLifeDays: halfLifeDays)
    let zones = history.moments.keys.sorted()
    var hourly = Array(repeating: Float(0), count: zones.count * LocalCalendar.hoursPerWeek)
    var intervals = Array(repeating: 0.0, count: DemandModel.intervalsPerWeek)
    for (index, zone) in zones.enumerated() {
      for moment in history.moments[zone] ?? [] where days.contains(moment.day) {
        let weekday = LocalCalendar.weekday(ofDay: Int(moment.day))
        let perHour = DemandHistory.intervalsPerDay / 24
        hourly[index * LocalCalendar.hoursPerWeek + weekday * 24 + Int(moment.interval) / perHour] += 1
        intervals[weekday * DemandHistory.intervalsPerDay + Int(moment.interval)] += weights[moment.day]
      }
    }
    return DemandModel(
      calendar: history.calendar, resolution: history.resolution, trainedOn: history.count,
      totals: totals(intervals, daysSeen: weights.daysSeen(history, days: days)), zones: zones,
      shares: shares(hourly, zones: zones.count))
  }

  /// The mean of each interval of the week, smoothed with its neighbours and pulled towards that of similar days, and that one towards
  /// that of the mean day.
  private func totals(_ counts: [Double], daysSeen: [Double]) -> [Float] {
    let perDay = DemandHistory.intervalsPerDay
    let counts = Self.smoothed(counts)
    let seen = Self.smoothed(daysSeen)
    func sums(_ weekdays: some Sequence<Int>, _ interval: Int) -> (requests: Double, days: Double) {
      weekdays.reduce(into: (0, 0)) { sums, weekday in
        sums.requests += counts[weekday * perDay + interval]
        sums.days += seen[weekday * perDay + interval]
      }
    }
    var totals = Array(repeating: Float(0), count: counts.count)
    for interval in 0..<perDay {
      let every = sums(0..<7, interval)
      let meanDay = every.days > 0 ? every.requests / every.days : 0
      for group in Self.dayGroups {
        let similar = sums(group, interval)
        let similarDay = (similar.requests + totalPriorDays * meanDay) / (similar.days + totalPriorDays)
        for place in group.map({ $0 * perDay + interval }) {
          totals[place] = Float((counts[place] + weekdayPriorDays * similarDay) / (seen[place] + weekdayPriorDays))
        }
      }
    }
    return totals
  }

  /// The shares of every zone, hour by hour of the week.
  private func shares(_ counts: [Float], zones: Int) -> [Float] {
    let hours = LocalCalendar.hoursPerWeek
    var smooth = counts
    for zone in 0..<zones {
      let part = Self.smoothed(counts[zone * hours..<(zone + 1) * hours].map(Double.init))
      for hour in 0..<hours { smooth[zone * hours + hour] = Float(part[hour]) }
    }
    var ridesByHour = Array(repeating: 0.0, count: hours)
    for place in smooth.indices { ridesByHour[place % hours] += Double(smooth[place]) }
    let all = ridesByHour.reduce(0, +)
    var result = Array(repeating: Float(0), count: counts.count)
    for zone in 0..<zones {
      let own = smooth[zone * hours..<(zone + 1) * hours].map(Double.init)
      let overall = own.reduce(0, +) / all
      for hour in 0..<24 {
        let any = stride(from: hour, to: hours, by: 24)
        let anyRides = any.reduce(0) { $0 + ridesByHour[$1] }
        let atHour = Self.pulled(any.reduce(0) { $0 + own[$1] }, of: anyRides, to: overall, worth: hourPriorRides)
        for group in Self.dayGroups {
          let places = group.map { $0 * 24 + hour }
          let groupRides = places.reduce(0) { $0 + ridesByHour[$1] }
          let onSuchDays = Self.pulled(
            places.reduce(0) { $0 + own[$1] }, of: groupRides, to: atHour, worth: dayGroupPriorRides)
          for place in places {
            let share = Self.pulled(own[place], of: ridesByHour[place], to: onSuchDays, worth: weekdayPriorRides)
            result[zone * hours + place] = Float(min(max(share, 0), 1))
          }
        }
      }
    }
    return result
  }

  /// Weekdays that are alike: those before a working day, those before a free one, Sunday.
  static let dayGroups = [[0, 1, 2, 3], [4, 5], [6]]

  private static func pulled(_ count: Double, of total: Double, to prior: Double, worth rides: Double) -> Double {
    total + rides > 0 ? (count + rides * prior) / (total + rides) : prior
  }

  /// A quarter of each neighbour and a half of itself, around the week.
  private static func smoothed(_ values: [Double]) -> [Double] {
    let count = values.count
    return values.indices.map { place in
      values[place] / 2 + (values[(place + 1) % count] + values[(place + count - 1) % count]) / 4
    }
  }
}
