/// The example tariffs, as part of the program: a copy of it needs no files.
package enum Tariffs {
  /// A tariff with the name of its file.
  package struct Example: Sendable {
    package let name: String
    package let yaml: String
  }

  /// All of them.
  package static let all = [
    example("nyc-2012", PackageResources.nyc_2012_yaml), example("nyc-2022", PackageResources.nyc_2022_yaml),
    example("nyc-driver-pay", PackageResources.nyc_driver_pay_yaml),
    example("ride-hailing", PackageResources.ride_hailing_yaml),
  ]

  private static func example(_ name: String, _ bytes: [UInt8]) -> Example {
    Example(name: name, yaml: String(decoding: bytes, as: UTF8.self))
  }
}
