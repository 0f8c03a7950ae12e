/// A fare as named lines; the total is their sum, by construction.
package struct FareBreakdown: Sendable, Hashable {
  /// One line of a fare.
  package struct Line: Sendable, Hashable {
    /// What it is for: `base`, `distance`, `time`, `minimum`, `surge`.
    package var name: String
    package var minorUnits: Int64

    package init(name: String, minorUnits: Int64) {
      self.name = name
      self.minorUnits = minorUnits
    }
  }

  package var lines: [Line]
  package var currency: Currency

  package init(lines: [Line], currency: Currency) {
    self.lines = lines
    self.currency = currency
  }

  /// The sum of the lines.
  package var total: Money {
    Money(minorUnits: lines.reduce(0) { $0 + $1.minorUnits }, currency: currency)
  }
}
