package import HexGrid

/// Prices per unit by how much there is; each band's price is for what lies in it.
package struct RateBands: Sendable, Hashable {
  /// One band, from a quantity up to the next band's.
  package struct Band: Sendable, Hashable {
    /// Where it begins, in micrometres or milliseconds.
    package var from: Int64
    /// The price per unit, in major units.
    package var rate: FixedDecimal
  }

  /// What a rate is for, in micrometres or milliseconds.
  package var per: Int64
  /// As it was written, for people.
  package var unitText: String
  package var bands: [Band]

  /// The exact price of a quantity, in major units times `1_000_000 * per`.
  package func price(_ quantity: Int64) -> Int128 {
    var sum: Int128 = 0
    for (index, band) in bands.enumerated() {
      let end = index + 1 < bands.count ? bands[index + 1].from : .max
      let inside = min(quantity, end) - band.from
      if inside > 0 { sum += Int128(inside) * Int128(band.rate.millionths) }
    }
    return sum
  }
}

/// A taximeter: an initial charge, then one price per unit of distance or time, whichever counts at the speed.
package struct MeterRule: Sendable, Hashable {
  package var initialMinorUnits: Int64
  package var unitMinorUnits: Int64
  package var unitMicrometers: Int64
  package var unitMilliseconds: Int64
  /// Below this speed time counts, in micrometres per second.
  package var slowBelow: Int64
  /// Whether what the meter read is charged; otherwise what was quoted.
  package var isCharged: Bool
  /// For estimates without positions: the speeds at which a ride moves and creeps, in micrometres per second.
  package var moving: Int64
  package var creeping: Int64
}

/// Waiting at the pickup.
package struct WaitingRule: Sendable, Hashable {
  package var freeMilliseconds: Int64
  package var perMinute: FixedDecimal
}

/// What surge applies to.
package struct SurgeRule: Sendable, Hashable {
  /// Names of lines.
  package var lines: [String]
  /// The highest multiplier, in tenths.
  package var capTenths: Int
  /// The most that it adds, in minor units.
  package var maximumMinorUnits: Int64
}

/// A day on which no rush hour is.
package enum HolidayRule: Sendable, Hashable {
  case date(CalendarDay)
  case yearly(month: Int, day: Int)
  /// The nth (5 is the last) weekday (0 is Monday) of a month.
  case nth(Int, weekday: Int, month: Int)

  /// Whether a day is one.
  package func contains(_ day: CalendarDay) -> Bool {
    switch self {
    case .date(let date): date == day
    case .yearly(let month, let number): day.month == month && day.day == number
    case .nth(let nth, let weekday, let month):
      day.weekday == weekday && day.month == month
        && CalendarDay.nth(nth, weekday: weekday, month: month, year: day.year) == day
    }
  }
}

/// One price between two areas, in either direction, in the place of distance and time.
package struct FlatRate: Sendable, Hashable {
  package var name: String
  package var between: [String]
  package var isOneWay: Bool
  package var minorUnits: Int64
}

/// An amount for every ride that a place, a time or a date is true of.
package struct Surcharge: Sendable, Hashable {
  /// Which rides it is for, by how they are priced.
  package enum Scope: Sendable, Hashable {
    case all
    case withoutFlatRate
    case flat(String)
  }
  /// Where the area must be.
  package enum End: String, Sendable, Hashable {
    case pickup, dropoff, either
  }

  package var name: String
  package var minorUnits: Int64
  package var kind: LineKind
  package var validity: Validity
  package var window: TimeWindow?
  package var area: String?
  package var end: End
  package var scope: Scope
}

/// From when until when a part of a tariff is in force; nil has no end.
package struct Validity: Sendable, Hashable {
  package var from: Timestamp?
  package var until: Timestamp?

  /// Whether a moment lies in it.
  package func contains(_ time: Timestamp) -> Bool {
    (from.map { time >= $0 } ?? true) && (until.map { time < $0 } ?? true)
  }
}

/// Hours of some days.
package struct TimeWindow: Sendable, Hashable {
  package var fromSecond: Int
  /// Before the beginning means on the day after.
  package var toSecond: Int
  /// Monday first; the day on which the window begins.
  package var days: [Bool]
  package var exceptHolidays: Bool
  package var text: String
}

/// An amount for a way between two areas, such as across a bridge.
package struct TollRule: Sendable, Hashable {
  package var name: String
  package var between: [String]
  package var minorUnits: Int64
}

/// A share of lines of some kinds, for an authority.
package struct TaxRule: Sendable, Hashable {
  package var name: String
  package var percent: FixedDecimal
  package var kinds: [LineKind]
  package var validity: Validity
}

/// A rider's reduction, paid by the platform.
package struct Promotion: Sendable, Hashable {
  package var code: String
  package var basisPoints: Int64
  package var minorUnits: Int64
  /// The most that it takes off.
  package var maximumMinorUnits: Int64
  package var validity: Validity
}

/// What a ride costs that did not take place, by its stage and by whose fault it was.
package struct CancellationRule: Sendable, Hashable {
  /// Free for so long after a driver took it.
  package var freeMilliseconds: Int64
  /// Free where the driver is later than told by so much.
  package var driverLateMilliseconds: Int64
  package var acceptedMinorUnits: Int64
  package var arrivedMinorUnits: Int64
  package var noShowMinorUnits: Int64
  /// The driver's part, in hundredths of a percent.
  package var driverBasisPoints: Int64
}

/// The least that a driver gets for a ride: per distance and per time, each divided by the share of time with riders aboard.
package struct DriverPayRule: Sendable, Hashable {
  package var perDistance: FixedDecimal
  package var distanceUnitMicrometers: Int64
  package var perTime: FixedDecimal
  package var timeUnitMilliseconds: Int64
  /// In hundredths of a percent; 10,000 where the rates have it in them already.
  package var utilizationBasisPoints: Int64
}

/// What a ride may differ from its quote in before it is priced anew.
package struct QuoteChangeRule: Sendable, Hashable {
  /// How far the end may be from the dropoff.
  package var destinationMeters: Int64
  /// How many stops may be added.
  package var freeStops: Int64
  package var perStopMinorUnits: Int64
}

/// A named part of the map: a polygon, cells, or ids of zones in somebody's records.
package struct FareArea: Sendable, Hashable {
  package var name: String
  package var polygon: [GeoPoint]
  package var cells: [HexCell]
  package var zones: [String]

  /// Whether a place lies inside.
  package func contains(_ place: FarePlace) -> Bool {
    if let zone = place.zone, zones.contains(zone) { return true }
    guard let point = place.point else { return false }
    return containsInPolygon(point) || containsInCells(point)
  }

  private func containsInCells(_ point: GeoPoint) -> Bool {
    guard !cells.isEmpty else { return false }
    return cells.contains { HexCell(point, resolution: $0.resolution) == $0 }
  }

  /// Even-odd: a line to the east crosses the border an odd number of times from inside.
  private func containsInPolygon(_ point: GeoPoint) -> Bool {
    var isInside = false
    for (index, corner) in polygon.enumerated() {
      let before = polygon[index == 0 ? polygon.count - 1 : index - 1]
      guard (corner.latitude > point.latitude) != (before.latitude > point.latitude) else { continue }
      let share = (point.latitude - corner.latitude) / (before.latitude - corner.latitude)
      if point.longitude < corner.longitude + share * (before.longitude - corner.longitude) { isInside.toggle() }
    }
    return isInside
  }
}

/// Where a ride begins or ends, as far as that is known.
package struct FarePlace: Sendable, Hashable {
  package var point: GeoPoint?
  /// The id of a zone in somebody's records.
  package var zone: String?

  package init(point: GeoPoint? = nil, zone: String? = nil) {
    self.point = point
    self.zone = zone
  }
}
