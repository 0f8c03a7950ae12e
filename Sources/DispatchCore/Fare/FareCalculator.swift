/// Turns a way and a time into a fare by a tariff, line by line.
///
/// Pure and exact: every line is computed in whole numbers and rounded once, as the tariff says; sums are of rounded lines, so they are
/// what the rider can add up. docs/fares.md has the order and the formulas.
package struct FareCalculator {
  private let tariff: Tariff
  private let trip: FareTrip
  private let local: LocalMoment
  private let flat: FlatRate?
  private var lines: [FareBreakdown.Line] = []

  /// The fare of a ride.
  package static func fare(_ tariff: Tariff, _ trip: FareTrip) -> FareBreakdown {
    var calculator = FareCalculator(tariff, trip)
    calculator.addRide()
    calculator.addWaiting()
    calculator.addSurge()
    calculator.addMinimum()
    calculator.addSurcharges()
    calculator.addFees()
    calculator.addTolls()
    calculator.addTaxes()
    calculator.addPromotion()
    calculator.addTip()
    return FareBreakdown(lines: calculator.lines, currency: tariff.currency)
  }

  /// The flat rate between the areas of a ride's ends; nil where it has none.
  package static func flatRate(_ tariff: Tariff, from pickup: FarePlace, to dropoff: FarePlace) -> FlatRate? {
    guard !tariff.flatRates.isEmpty else { return nil }
    let (from, to) = (tariff.areaNames(of: pickup), tariff.areaNames(of: dropoff))
    return tariff.flatRates.first { rate in
      guard let first = rate.between.first, let last = rate.between.last else { return false }
      return from.contains(first) && to.contains(last)
        || !rate.isOneWay && from.contains(last) && to.contains(first)
    }
  }

  private init(_ tariff: Tariff, _ trip: FareTrip) {
    self.tariff = tariff
    self.trip = trip
    local = tariff.timeZone.local(trip.start)
    flat = trip.isStandardRate ? nil : Self.flatRate(tariff, from: trip.pickup, to: trip.dropoff)
  }

  private mutating func add(
    _ name: String, _ minorUnits: Int64, _ kind: LineKind = .fare, rule: String, _ inputs: [FareBreakdown.Input] = []
  ) {
    lines.append(.init(name: name, minorUnits: minorUnits, kind: kind, rule: rule, inputs: inputs))
  }

  private func money(_ minorUnits: Int64) -> String {
    Money(minorUnits: minorUnits, currency: tariff.currency).text
  }

  private mutating func addRide() {
    let way = FareBreakdown.Input("distance", FareUnits.text(micrometers: trip.micrometers))
    let time = FareBreakdown.Input("time", FareUnits.text(milliseconds: trip.milliseconds))
    if let flat {
      add(
        flat.name, flat.minorUnits, rule: "flatRates.\(flat.name)", [.init("between", flat.between.joined(separator: ","))])
    } else if let meter = tariff.meter {
      let units =
        trip.reading.map { meter.units($0) }
        ?? meter.estimatedUnits(micrometers: trip.micrometers, milliseconds: trip.milliseconds)
      add("base", meter.initialMinorUnits, rule: "meter.initial")
      let price = Int128(meter.unitMinorUnits) * Int128(units)
      var inputs = [FareBreakdown.Input("units", units), .init("unit", money(meter.unitMinorUnits)), way, time]
      if let reading = trip.reading {
        inputs.append(.init("fastDistance", FareUnits.text(micrometers: reading.fastMicrometers)))
        inputs.append(.init("slowTime", FareUnits.text(milliseconds: reading.slowMilliseconds)))
      }
      add("meter", tariff.rounding.minorUnits(price, 1), rule: "meter.unit", inputs)
    } else {
      add("base", tariff.baseMinorUnits, rule: "base")
      if !tariff.distance.bands.isEmpty {
        add("distance", price(tariff.distance, trip.micrometers), rule: "distance", [way] + rates(tariff.distance))
      }
      if !tariff.time.bands.isEmpty {
        add("time", price(tariff.time, trip.milliseconds), rule: "time", [time] + rates(tariff.time))
      }
    }
    let stops = min(trip.stops, 100) - tariff.changes.freeStops
    if stops > 0, tariff.changes.perStopMinorUnits > 0 {
      add(
        "stops", stops * tariff.changes.perStopMinorUnits, rule: "changes.perStop",
        [.init("stops", stops), .init("each", money(tariff.changes.perStopMinorUnits))])
    }
  }

  private func price(_ bands: RateBands, _ quantity: Int64) -> Int64 {
    tariff.rounding.minorUnits(
      bands.price(quantity) * Int128(tariff.currency.minorUnitsPerUnit), 1_000_000 * Int128(bands.per))
  }

  private func rates(_ bands: RateBands) -> [FareBreakdown.Input] {
    bands.bands.map { .init("rate", "\($0.rate) \(tariff.currency) per \(bands.unitText)") }
  }

  private mutating func addWaiting() {
    guard let rule = tariff.waiting else { return }
    let paid = min(max(trip.waitingMilliseconds - rule.freeMilliseconds, 0), FareUnits.maximumMilliseconds)
    guard paid > 0 else { return }
    let price = Int128(paid) * Int128(rule.perMinute.millionths) * Int128(tariff.currency.minorUnitsPerUnit)
    add(
      "waiting", tariff.rounding.minorUnits(price, 60_000 * 1_000_000), rule: "waiting",
      [
        .init("time", FareUnits.text(milliseconds: trip.waitingMilliseconds)),
        .init("free", FareUnits.text(milliseconds: rule.freeMilliseconds)),
        .init("rate", "\(rule.perMinute) \(tariff.currency) per 1 min"),
      ])
  }

  private mutating func addSurge() {
    let tenths = min(max(trip.surgeTenths, 10), tariff.surge.capTenths)
    guard tenths > 10, flat == nil else { return }
    let base = lines.reduce(Int64(0)) { tariff.surge.lines.contains($1.name) ? $0 + $1.minorUnits : $0 }
    let extra = tariff.rounding.minorUnits(Int128(base) * Int128(tenths - 10), 10)
    add(
      "surge", min(extra, tariff.surge.maximumMinorUnits), rule: "surge",
      [
        .init("multiplier", FixedDecimal(millionths: Int64(tenths) * 100_000)), .init("of", money(base)),
      ])
  }

  private mutating func addMinimum() {
    let sum = lines.reduce(Int64(0)) { $0 + $1.minorUnits }
    guard flat == nil, sum < tariff.minimumMinorUnits else { return }
    add(
      "minimum", tariff.minimumMinorUnits - sum, rule: "minimum",
      [.init("minimum", money(tariff.minimumMinorUnits)), .init("of", money(sum))])
  }

  private mutating func addSurcharges() {
    for surcharge in tariff.surcharges where applies(surcharge) {
      var inputs: [FareBreakdown.Input] = []
      if surcharge.window != nil { inputs.append(.init("at", "\(local.day) \(Self.clock(local.secondOfDay))")) }
      if let window = surcharge.window { inputs.append(.init("window", window.text)) }
      if let area = surcharge.area { inputs.append(.init("area", area)) }
      add(surcharge.name, surcharge.minorUnits, surcharge.kind, rule: "surcharges.\(surcharge.name)", inputs)
    }
  }

  private static func clock(_ second: Int) -> String {
    let (hour, minute) = (second / 3_600, second / 60 % 60)
    return "\(hour < 10 ? "0" : "")\(hour):\(minute < 10 ? "0" : "")\(minute)"
  }

  private func applies(_ surcharge: Surcharge) -> Bool {
    switch surcharge.scope {
    case .all: break
    case .withoutFlatRate: if flat != nil { return false }
    case .flat(let name): if flat?.name != name { return false }
    }
    guard surcharge.validity.contains(trip.start) else { return false }
    if let window = surcharge.window, !window.contains(local, holidays: tariff.holidays) { return false }
    guard let name = surcharge.area else { return true }
    guard let area = tariff.areas.first(where: { $0.name == name }) else { return false }
    return switch surcharge.end {
    case .pickup: area.contains(trip.pickup)
    case .dropoff: area.contains(trip.dropoff)
    case .either: area.contains(trip.pickup) || area.contains(trip.dropoff)
    }
  }

  private mutating func addFees() {
    guard tariff.bookingFeeMinorUnits > 0 else { return }
    add("bookingFee", tariff.bookingFeeMinorUnits, .fee, rule: "bookingFee")
  }

  private mutating func addTolls() {
    if let reported = trip.tollMinorUnits {
      let amount = min(max(reported, 0), Rounding.maximumMinorUnits)
      if amount > 0 { add("tolls", amount, .toll, rule: "reported") }
      return
    }
    guard !tariff.tolls.isEmpty else { return }
    let (from, to) = (tariff.areaNames(of: trip.pickup), tariff.areaNames(of: trip.dropoff))
    for toll in tariff.tolls {
      guard let first = toll.between.first, let last = toll.between.last,
        from.contains(first) && to.contains(last) || from.contains(last) && to.contains(first)
      else { continue }
      add(
        toll.name, toll.minorUnits, .toll, rule: "tolls.\(toll.name)",
        [.init("between", toll.between.joined(separator: ","))])
    }
  }

  private mutating func addTaxes() {
    for tax in tariff.taxes where tax.validity.contains(trip.start) {
      let base = lines.reduce(Int64(0)) { tax.kinds.contains($1.kind) ? $0 + $1.minorUnits : $0 }
      add(
        tax.name, tariff.rounding.minorUnits(Int128(base) * Int128(tax.percent.millionths), 100_000_000), .tax,
        rule: "taxes.\(tax.name)",
        [.init("percent", "\(tax.percent) %"), .init("of", money(base))])
    }
  }

  private mutating func addPromotion() {
    guard let code = trip.promotion, let promotion = tariff.promotions.first(where: { $0.code == code }),
      promotion.validity.contains(trip.start)
    else { return }
    // Taxes and tolls are others' money, so no promotion is on them.
    let base = lines.reduce(Int64(0)) { [.fare, .fee].contains($1.kind) ? $0 + $1.minorUnits : $0 }
    let share = tariff.rounding.minorUnits(Int128(base) * Int128(promotion.basisPoints), 10_000)
    let off = min(share + promotion.minorUnits, promotion.maximumMinorUnits, base)
    guard off > 0 else { return }
    add(
      "promotion", -off, .promotion, rule: "promotions.\(code)",
      [.init("code", code), .init("of", money(base)), .init("percent", FareUnits.text(basisPoints: promotion.basisPoints))])
  }

  private mutating func addTip() {
    let tip = min(max(trip.tipMinorUnits, 0), tariff.maximumTipMinorUnits)
    if tip > 0 { add("tip", tip, .tip, rule: "tips") }
  }
}

extension FareCalculator {
  /// A share of an amount, rounded half up.
  /// - Parameters:
  ///   - minorUnits: the amount; not negative.
  ///   - basisPoints: hundredths of a percent; clamped to 0 … 10,000.
  package static func share(of minorUnits: Int64, basisPoints: Int64, rounding: Rounding = .halfUp) -> Int64 {
    let points = min(max(basisPoints, 0), 10_000)
    return rounding.minorUnits(Int128(minorUnits) * Int128(points), 10_000)
  }
}

extension Tariff {
  /// The names of the areas that a place lies in.
  func areaNames(of place: FarePlace) -> Set<String> {
    Set(areas.lazy.filter { $0.contains(place) }.map(\.name))
  }
}
