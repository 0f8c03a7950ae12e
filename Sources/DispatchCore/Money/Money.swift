/// An amount in the smallest unit of a currency; integer always.
package struct Money: Hashable, Sendable {
  /// Cents, pence, yen, …
  package var minorUnits: Int64
  /// The currency.
  package var currency: Currency

  package init(minorUnits: Int64, currency: Currency) {
    self.minorUnits = minorUnits
    self.currency = currency
  }
}

/// An ISO 4217 currency code.
package struct Currency: Hashable, Sendable, CustomStringConvertible {
  /// Three capital letters.
  package let code: String

  /// Checks a code.
  /// - Returns: nil where it is not three capital letters.
  package init?(_ code: String) {
    guard code.utf8.count == 3, code.utf8.allSatisfy({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }) else {
      return nil
    }
    self.code = code
  }

  private init(trusted code: String) { self.code = code }

  /// The dollar of the United States.
  package static let usd = Currency(trusted: "USD")

  package var description: String { code }
}
