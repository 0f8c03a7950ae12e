extension Currency {
  /// How many decimal places the minor unit is behind the major one (ISO 4217).
  package var exponent: Int {
    switch code {
    case "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF": 0
    case "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND": 3
    default: 2
    }
  }

  /// How many minor units a major one has.
  package var minorUnitsPerUnit: Int64 {
    switch exponent {
    case 0: 1
    case 3: 1_000
    default: 100
    }
  }
}

extension Money {
  /// The amount in major units, for people: `12.50 USD`.
  package var text: String { "\(amountText) \(currency.code)" }

  /// The amount in major units without its currency: `12.50`.
  package var amountText: String {
    let unit = UInt64(currency.minorUnitsPerUnit)
    let (whole, rest) = minorUnits.magnitude.quotientAndRemainder(dividingBy: unit)
    let sign = minorUnits < 0 ? "-" : ""
    guard currency.exponent > 0 else { return "\(sign)\(whole)" }
    let places = String(rest)
    return "\(sign)\(whole).\(String(repeating: "0", count: currency.exponent - places.count))\(places)"
  }
}
