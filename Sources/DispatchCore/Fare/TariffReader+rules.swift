internal import HexGrid

extension TariffReader {
  mutating func bands(_ path: String, isDistance: Bool) throws(TariffError) -> RateBands {
    guard has(path) else { return RateBands(per: 1, unitText: "", bands: []) }
    let per = isDistance ? try distance("\(path).per") : try duration("\(path).per")
    guard per > 0 else { throw TariffError("\(path).per", "must be more than nothing") }
    let unit = optional("\(path).per") ?? ""
    if has("\(path).rate") {
      return RateBands(per: per, unitText: unit, bands: [.init(from: 0, rate: try rate("\(path).rate"))])
    }
    var bands: [RateBands.Band] = []
    for element in try elements("\(path).bands") {
      let start = "\(element).from"
      let from = isDistance ? try distance(start, default: 0) : try duration(start, default: 0)
      if let last = bands.last {
        guard from > last.from else { throw TariffError(start, "must lie after the band before it") }
      } else if from != 0 {
        throw TariffError(start, "must be nothing in the first band")
      }
      bands.append(.init(from: from, rate: try rate("\(element).rate")))
    }
    guard !bands.isEmpty else { throw TariffError(path, "must have a rate or bands") }
    return RateBands(per: per, unitText: unit, bands: bands)
  }

  mutating func meter() throws(TariffError) -> MeterRule? {
    guard has("meter") else { return nil }
    let meter = MeterRule(
      initialMinorUnits: try amount("meter.initial"), unitMinorUnits: try amount("meter.unit"),
      unitMicrometers: try distance("meter.unitDistance"), unitMilliseconds: try duration("meter.unitTime"),
      slowBelow: try speed("meter.slowBelow"),
      isCharged: try value("meter.charge", default: true, "reading or quote") {
        $0 == "reading" ? true : $0 == "quote" ? false : nil
      },
      moving: try speed("meter.estimate.moving"),
      creeping: try speed("meter.estimate.creeping"))
    guard meter.unitMicrometers > 0, meter.unitMilliseconds > 0 else {
      throw TariffError("meter", "must have units of more than nothing")
    }
    // Both sides of the speed at which distance and time count alike; else a longer way could cost less.
    let even = Int128(meter.unitMicrometers) * 1_000
    guard Int128(meter.creeping) * Int128(meter.unitMilliseconds) <= even,
      Int128(meter.moving) * Int128(meter.unitMilliseconds) >= even, meter.moving > meter.creeping
    else { throw TariffError("meter.estimate", "must lie on both sides of unitDistance per unitTime") }
    return meter
  }

  mutating func waiting() throws(TariffError) -> WaitingRule? {
    guard has("waiting") else { return nil }
    return WaitingRule(
      freeMilliseconds: try duration("waiting.free", default: 0), perMinute: try rate("waiting.perMinute"))
  }

  mutating func surge() throws(TariffError) -> SurgeRule {
    let lines = has("surge.lines") ? try names("surge.lines") : ["base", "distance", "time"]
    let surgeable = ["base", "distance", "time", "meter", "waiting"]
    for line in lines where !surgeable.contains(line) {
      throw TariffError("surge.lines", "must be of \(surgeable.joined(separator: ", ")), found \(line)")
    }
    let cap: Int64 = try value("surge.cap", default: 100, "a multiplier from 1 to 10 of one place") {
      FixedDecimal($0).flatMap { (1_000_000...10_000_000).contains($0.millionths) && $0.millionths % 100_000 == 0
        ? $0.millionths / 100_000 : nil }
    }
    return SurgeRule(
      lines: lines, capTenths: Int(cap),
      maximumMinorUnits: try amount("surge.maximum", default: Rounding.maximumMinorUnits))
  }

  mutating func holidays() throws(TariffError) -> [HolidayRule] {
    var rules: [HolidayRule] = []
    for element in try elements("holidays") {
      rules.append(
        try value(element, "a date (2024-01-01, 12-25) or a weekday of a month (01-mon-3, 05-mon-last)") {
          Self.holiday($0)
        })
    }
    return rules
  }

  private static let weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

  private static func holiday(_ text: String) -> HolidayRule? {
    if let date = CalendarDay(text) { return .date(date) }
    let parts = text.split(separator: "-")
    guard let first = parts.first, first.utf8.count == 2, let month = Int(first), (1...12).contains(month) else {
      return nil
    }
    if parts.count == 2, let day = Int(parts[1]), (1...31).contains(day) { return .yearly(month: month, day: day) }
    guard parts.count == 3, let weekday = weekdays.firstIndex(of: String(parts[1])) else { return nil }
    if parts[2] == "last" { return .nth(5, weekday: weekday, month: month) }
    guard let nth = Int(parts[2]), (1...4).contains(nth) else { return nil }
    return .nth(nth, weekday: weekday, month: month)
  }

  mutating func areas() throws(TariffError) -> [FareArea] {
    var areas: [FareArea] = []
    for element in try elements("areas") {
      var area = FareArea(name: try name("\(element).name"), polygon: [], cells: [], zones: [])
      for corner in try elements("\(element).polygon") {
        area.polygon.append(try value(corner, "a latitude and a longitude, as 40.64 -73.78") { Self.point($0) })
      }
      if (1...2).contains(area.polygon.count) { throw TariffError("\(element).polygon", "must have three corners") }
      for cell in try elements("\(element).cells", atMost: 10_000) {
        area.cells.append(try value(cell, "an H3 cell") { HexCell($0) })
      }
      for zone in try elements("\(element).zones") { area.zones.append(try value(zone, "a zone") { $0 }) }
      guard !area.polygon.isEmpty || !area.cells.isEmpty || !area.zones.isEmpty else {
        throw TariffError(element, "must have a polygon, cells or zones")
      }
      areas.append(area)
    }
    return areas
  }

  private static func point(_ text: String) -> GeoPoint? {
    let parts = text.split(separator: " ")
    guard parts.count == 2, let latitude = Double(parts[0]), let longitude = Double(parts[1]) else { return nil }
    return GeoPoint(validatingLatitude: latitude, longitude: longitude)
  }

  private mutating func pair(_ path: String) throws(TariffError) -> [String] {
    let names = try names(path)
    guard names.count == 2 else { throw TariffError(path, "must name two areas") }
    return names
  }

  private mutating func flag(_ path: String) throws(TariffError) -> Bool {
    try value(path, default: false, "true or false") { $0 == "true" ? true : $0 == "false" ? false : nil }
  }

  mutating func flatRates() throws(TariffError) -> [FlatRate] {
    var rates: [FlatRate] = []
    for element in try elements("flatRates") {
      rates.append(
        FlatRate(
          name: try name("\(element).name"), between: try pair("\(element).between"),
          isOneWay: try flag("\(element).oneWay"), minorUnits: try amount("\(element).amount")))
    }
    return rates
  }

  mutating func surcharges(_ zone: CivilTimeZone) throws(TariffError) -> [Surcharge] {
    var surcharges: [Surcharge] = []
    for element in try elements("surcharges") {
      let scope: Surcharge.Scope = try value("\(element).flatRate", default: .all, "none or a flat rate's name") {
        $0 == "none" ? .withoutFlatRate : .flat($0)
      }
      surcharges.append(
        Surcharge(
          name: try name("\(element).name"), minorUnits: try amount("\(element).amount"),
          kind: try value("\(element).kind", default: .fare, "fare, fee, tax or toll") {
            LineKind(rawValue: $0).flatMap { [.fare, .fee, .tax, .toll].contains($0) ? $0 : nil }
          },
          validity: try validity(element, zone),
          window: has("\(element).window") ? try window("\(element).window") : nil,
          area: has("\(element).area") ? try name("\(element).area") : nil,
          end: try value("\(element).at", default: .either, "pickup, dropoff or either") {
            Surcharge.End(rawValue: $0)
          }, scope: scope))
    }
    return surcharges
  }

  private mutating func window(_ path: String) throws(TariffError) -> TimeWindow {
    let text = optional("\(path).from").map { $0 + "-" + (values("\(path).to") ?? "") } ?? ""
    return TimeWindow(
      fromSecond: try value("\(path).from", "a time of day such as 20:00") { Self.clock($0) },
      toSecond: try value("\(path).to", "a time of day such as 06:00") { Self.clock($0) },
      days: try value("\(path).days", default: Array(repeating: true, count: 7), "days such as mon-fri or sat,sun") {
        Self.days($0)
      }, exceptHolidays: try flag("\(path).exceptHolidays"), text: text)
  }

  private mutating func values(_ path: String) -> String? { optional(path) }

  private static func clock(_ text: String) -> Int? {
    let parts = text.split(separator: ":").map { Int($0) }
    guard parts.count == 2, let hour = parts[0], let minute = parts[1], (0...24).contains(hour),
      (0..<60).contains(minute), hour * 60 + minute <= 1_440
    else { return nil }
    return hour * 3_600 + minute * 60
  }

  private static func days(_ text: String) -> [Bool]? {
    var days = Array(repeating: false, count: 7)
    for part in text.split(separator: ",") {
      let ends = part.split(separator: "-").compactMap { weekdays.firstIndex(of: String($0)) }
      guard let first = ends.first, let last = ends.last, ends.count == part.split(separator: "-").count, ends.count <= 2
      else { return nil }
      var day = first
      days[day] = true
      while day != last {
        day = (day + 1) % 7
        days[day] = true
      }
    }
    return days.contains(true) ? days : nil
  }

  mutating func tolls() throws(TariffError) -> [TollRule] {
    var tolls: [TollRule] = []
    for element in try elements("tolls") {
      tolls.append(
        TollRule(
          name: try name("\(element).name"), between: try pair("\(element).between"),
          minorUnits: try amount("\(element).amount")))
    }
    return tolls
  }

  mutating func taxes(_ zone: CivilTimeZone) throws(TariffError) -> [TaxRule] {
    var taxes: [TaxRule] = []
    for element in try elements("taxes") {
      var kinds: [LineKind] = []
      for kind in try elements("\(element).of") {
        kinds.append(
          try value(kind, "fare, fee or toll") {
            LineKind(rawValue: $0).flatMap { [.fare, .fee, .toll].contains($0) ? $0 : nil }
          })
      }
      taxes.append(
        TaxRule(
          name: try name("\(element).name"), percent: try percent("\(element).percent"),
          kinds: kinds.isEmpty ? [.fare, .fee] : kinds, validity: try validity(element, zone)))
    }
    return taxes
  }

  mutating func promotions(_ zone: CivilTimeZone) throws(TariffError) -> [Promotion] {
    var promotions: [Promotion] = []
    for element in try elements("promotions") {
      promotions.append(
        Promotion(
          code: try name("\(element).code"), basisPoints: try basisPoints("\(element).percent", default: 0),
          minorUnits: try amount("\(element).amount", default: 0),
          maximumMinorUnits: try amount("\(element).maximum", default: Rounding.maximumMinorUnits),
          validity: try validity(element, zone)))
    }
    return promotions
  }

  mutating func cancellation() throws(TariffError) -> CancellationRule {
    CancellationRule(
      freeMilliseconds: try duration("cancellation.free", default: 120_000),
      driverLateMilliseconds: try duration("cancellation.driverLate", default: 300_000),
      acceptedMinorUnits: try amount("cancellation.accepted", default: 0),
      arrivedMinorUnits: try amount("cancellation.arrived", default: 0),
      noShowMinorUnits: try amount("cancellation.noShow", default: 0),
      driverBasisPoints: try basisPoints("cancellation.driverShare", default: 10_000))
  }

  mutating func driverPay() throws(TariffError) -> DriverPayRule? {
    guard has("driverPay") else { return nil }
    let rule = DriverPayRule(
      perDistance: try rate("driverPay.distance.rate"),
      distanceUnitMicrometers: try distance("driverPay.distance.per"), perTime: try rate("driverPay.time.rate"),
      timeUnitMilliseconds: try duration("driverPay.time.per"),
      utilizationBasisPoints: try basisPoints("driverPay.utilization", default: 10_000))
    guard rule.distanceUnitMicrometers > 0, rule.timeUnitMilliseconds > 0, rule.utilizationBasisPoints > 0 else {
      throw TariffError("driverPay", "must have units and a utilization of more than nothing")
    }
    return rule
  }

  mutating func changes() throws(TariffError) -> QuoteChangeRule {
    QuoteChangeRule(
      destinationMeters: try distance("changes.destination", default: 500_000_000) / 1_000_000,
      freeStops: try whole("changes.freeStops", default: 0, in: 0...100),
      perStopMinorUnits: try amount("changes.perStop", default: 0))
  }
}
