/// The name of a driver, a rider, a ride, …; ids of different kinds are different types.
///
/// Every id is 1 to 64 characters of `A-Z a-z 0-9 . _ : -`, so that it is safe in keys, paths and logs.
package struct EntityID<Kind>: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The id's text.
  package let text: String

  /// Checks a text that came from outside.
  /// - Parameter text: the candidate.
  /// - Returns: nil where the text is no valid id.
  package init?(_ text: String) {
    var text = text
    let isValid = text.withUTF8 { Self.isValid($0) }
    guard isValid else { return nil }
    self.text = text
  }

  /// Takes a text that this system wrote itself.
  /// - Parameter text: a valid id.
  package init(trusted text: String) {
    self.text = text
  }

  /// Whether bytes spell a valid id.
  package static func isValid(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard (1...64).contains(bytes.count) else { return false }
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: ":"),
        UInt8(ascii: "-"):
        continue
      default:
        return false
      }
    }
    return true
  }

  package static func < (left: Self, right: Self) -> Bool { left.text < right.text }

  package var description: String { text }
}

/// What a driver's id names.
package enum DriverKind {}
/// What a rider's id names.
package enum RiderKind {}
/// What a ride's id names.
package enum RideKind {}
/// What an offer's id names.
package enum OfferKind {}
/// What a quote's id names.
package enum QuoteKind {}
/// What a region's id names.
package enum RegionKind {}
/// What a tariff's id names.
package enum TariffKind {}

/// Names a driver.
package typealias DriverID = EntityID<DriverKind>
/// Names a rider.
package typealias RiderID = EntityID<RiderKind>
/// Names a ride.
package typealias RideID = EntityID<RideKind>
/// Names an offer.
package typealias OfferID = EntityID<OfferKind>
/// Names a quote.
package typealias QuoteID = EntityID<QuoteKind>
/// Names a region: a market with its own fleet, clock zone and tariff.
package typealias RegionID = EntityID<RegionKind>
/// Names one version of a tariff.
package typealias TariffID = EntityID<TariffKind>
