/// One version of the prices of a region and vehicle class.
package struct Tariff: Sendable, Hashable {
  package var id: TariffID
  package var region: RegionID
  package var vehicleClass: VehicleClass
  package var currency: Currency
  /// In force from this moment until the next version's.
  package var validFrom: Timestamp
  /// Charged for every ride, in minor units.
  package var baseMinorUnits: Int64
  /// Per kilometre, in minor units.
  package var perKilometerMinorUnits: Int64
  /// Per minute aboard, in minor units.
  package var perMinuteMinorUnits: Int64
  /// The least that a ride costs, in minor units.
  package var minimumMinorUnits: Int64
  /// The share of the fare that the platform keeps, in hundredths of a percent.
  package var commissionBasisPoints: Int64

  package init(
    id: TariffID, region: RegionID, vehicleClass: VehicleClass, currency: Currency, validFrom: Timestamp,
    baseMinorUnits: Int64, perKilometerMinorUnits: Int64, perMinuteMinorUnits: Int64, minimumMinorUnits: Int64,
    commissionBasisPoints: Int64
  ) {
    self.id = id
    self.region = region
    self.vehicleClass = vehicleClass
    self.currency = currency
    self.validFrom = validFrom
    self.baseMinorUnits = baseMinorUnits
    self.perKilometerMinorUnits = perKilometerMinorUnits
    self.perMinuteMinorUnits = perMinuteMinorUnits
    self.minimumMinorUnits = minimumMinorUnits
    self.commissionBasisPoints = commissionBasisPoints
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
    return Tariff(
      id: TariffID(trusted: "\(region.text)-\(vehicleClass.name)-1"), region: region, vehicleClass: vehicleClass,
      currency: .usd, validFrom: Timestamp(unixMilliseconds: 0), baseMinorUnits: 255 * percent / 100,
      perKilometerMinorUnits: 105 * percent / 100, perMinuteMinorUnits: 31 * percent / 100,
      minimumMinorUnits: 700 * percent / 100, commissionBasisPoints: 2_500)
  }
}
