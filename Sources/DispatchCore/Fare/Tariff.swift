/// One version of the prices of a region and vehicle class: data, never code, and never changed once it is kept.
///
/// docs/fares.md describes every field.
package struct Tariff: Sendable, Hashable {
  package let id: TariffID
  package let region: RegionID
  package let vehicleClass: VehicleClass
  package let currency: Currency
  /// What local time its windows and dates are in.
  package let timeZone: CivilTimeZone
  /// In force from this moment, unless a later version is.
  package let validFrom: Timestamp
  /// In force until before this moment; nil has no end.
  package let validUntil: Timestamp?
  package let rounding: Rounding
  /// Charged for every ride, in minor units.
  package let baseMinorUnits: Int64
  /// The price of the way, by band, per `per` micrometres.
  package let distance: RateBands
  /// The price of the time aboard, by band, per `per` milliseconds.
  package let time: RateBands
  /// Where it is there, base, distance and time are not.
  package let meter: MeterRule?
  /// The least that base, distance, time, waiting and surge come to, in minor units.
  package let minimumMinorUnits: Int64
  /// The platform's fee per ride, in minor units.
  package let bookingFeeMinorUnits: Int64
  package let waiting: WaitingRule?
  package let surge: SurgeRule
  package let holidays: [HolidayRule]
  package let areas: [FareArea]
  package let flatRates: [FlatRate]
  package let surcharges: [Surcharge]
  package let tolls: [TollRule]
  package let taxes: [TaxRule]
  package let promotions: [Promotion]
  /// The highest tip that is taken, in minor units.
  package let maximumTipMinorUnits: Int64
  /// The share of the lines of kind `fare` that the platform keeps, in hundredths of a percent.
  package let commissionBasisPoints: Int64
  package let cancellation: CancellationRule
  package let driverPay: DriverPayRule?
  package let changes: QuoteChangeRule
  /// The fields that it was made of, by which versions are kept, shown and compared.
  package let document: TariffDocument

  /// Whether it is in force at a moment, were there no later version.
  package func isValid(at time: Timestamp) -> Bool {
    time >= validFrom && validUntil.map { time < $0 } ?? true
  }

  /// Checks and reads the fields of a tariff.
  /// - Throws: what is wrong first, and where.
  package init(_ document: TariffDocument) throws(TariffError) {
    var fields = try TariffReader(document)
    self.document = document
    id = try fields.id("id")
    region = try fields.id("region")
    vehicleClass = try fields.value("vehicleClass", default: .standard, "a vehicle class") { VehicleClass(name: $0) }
    let currency = try fields.value("currency", "three capital letters") { Currency($0) }
    fields.currency = currency
    self.currency = currency
    let zone = try fields.value("timeZone", "a known time zone or a POSIX rule") { CivilTimeZone($0) }
    timeZone = zone
    validFrom = try fields.moment("validFrom", zone)
    validUntil = fields.has("validUntil") ? try fields.moment("validUntil", zone) : nil
    if let end = validUntil, end <= validFrom { throw TariffError("validUntil", "must be after validFrom") }
    rounding = try fields.value("rounding", default: .halfUp, "half-up or bankers") { Rounding(rawValue: $0) }
    baseMinorUnits = try fields.amount("base", default: 0)
    distance = try fields.bands("distance", isDistance: true)
    time = try fields.bands("time", isDistance: false)
    meter = try fields.meter()
    if meter != nil, baseMinorUnits != 0 || !distance.bands.isEmpty || !time.bands.isEmpty {
      throw TariffError("meter", "stands in the place of base, distance and time")
    }
    minimumMinorUnits = try fields.amount("minimum", default: 0)
    bookingFeeMinorUnits = try fields.amount("bookingFee", default: 0)
    waiting = try fields.waiting()
    surge = try fields.surge()
    holidays = try fields.holidays()
    areas = try fields.areas()
    flatRates = try fields.flatRates()
    surcharges = try fields.surcharges(zone)
    tolls = try fields.tolls()
    taxes = try fields.taxes(zone)
    promotions = try fields.promotions(zone)
    maximumTipMinorUnits = try fields.amount("tips.maximum", default: 100_000)
    commissionBasisPoints = try fields.basisPoints("commission", default: 0)
    cancellation = try fields.cancellation()
    driverPay = try fields.driverPay()
    changes = try fields.changes()
    try fields.finish()
    try checkNames()
  }

  /// Names are told apart in a receipt, and areas that are named exist.
  private func checkNames() throws(TariffError) {
    let reserved = ["base", "distance", "time", "meter", "waiting", "surge", "minimum", "bookingFee", "stops", "tolls", "tip"]
    var seen = Set(reserved)
    for name in flatRates.map(\.name) + surcharges.map(\.name) + tolls.map(\.name) + taxes.map(\.name) {
      if !seen.insert(name).inserted { throw TariffError(name, "is the name of another line") }
    }
    if Set(promotions.map(\.code)).count < promotions.count { throw TariffError("promotions", "has a code twice") }
    let known = Set(areas.map(\.name))
    if known.count < areas.count { throw TariffError("areas", "has a name twice") }
    let used = flatRates.flatMap(\.between) + tolls.flatMap(\.between) + surcharges.compactMap(\.area)
    for name in used where !known.contains(name) { throw TariffError("areas", "has no \(name), which is used") }
    let flats = Set(flatRates.map(\.name))
    for case .flat(let name) in surcharges.map(\.scope) where !flats.contains(name) {
      throw TariffError("flatRates", "has no \(name), which is used")
    }
  }
}

extension Tariff {
  /// The first version of a plain ride-hailing tariff: $2.55 + $1.05 per km + $0.31 per minute, at least $7.00, 25 % commission;
  /// other classes cost more.
  package static func standard(region: RegionID, vehicleClass: VehicleClass) -> Tariff {
    let percent: Int64 =
      switch vehicleClass {
      case .standard: 100
      case .large: 150
      case .premium: 220
      case .accessible: 100
      }
    return plain(
      id: TariffID(trusted: "\(region.text)-\(vehicleClass.name)-1"), region: region, vehicleClass: vehicleClass,
      base: 255 * percent / 100, perKilometer: 105 * percent / 100, perMinute: 31 * percent / 100,
      minimum: 700 * percent / 100, commissionBasisPoints: 2_500)
  }

  /// A tariff in dollars of a base, one price per kilometre and one per minute, in cents.
  /// - Precondition: the prices are not negative, and the commission is no more than everything.
  package static func plain(
    id: TariffID, region: RegionID, vehicleClass: VehicleClass, base: Int64, perKilometer: Int64, perMinute: Int64,
    minimum: Int64, commissionBasisPoints: Int64, more: [(String, String)] = []
  ) -> Tariff {
    func dollars(_ cents: Int64) -> String { Money(minorUnits: cents, currency: .usd).amountText }
    let fields: [(String, String)] = [
      ("id", id.text), ("region", region.text), ("vehicleClass", vehicleClass.name), ("currency", "USD"),
      ("timeZone", "UTC"), ("validFrom", "1970-01-01"), ("base", dollars(base)), ("distance.per", "1 km"),
      ("distance.rate", dollars(perKilometer)), ("time.per", "1 min"), ("time.rate", dollars(perMinute)),
      ("minimum", dollars(minimum)),
      ("commission", FixedDecimal(millionths: commissionBasisPoints * 10_000).description),
    ]
    do throws(TariffError) {
      return try Tariff(TariffDocument(fields: fields + more))
    } catch {
      preconditionFailure("\(error)")
    }
  }
}
