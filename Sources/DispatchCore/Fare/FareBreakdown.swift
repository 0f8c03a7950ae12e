/// A fare as named lines; the total is their sum, by construction.
package struct FareBreakdown: Sendable, Hashable {
  package var lines: [Line]
  package var currency: Currency

  package init(lines: [Line], currency: Currency) {
    self.lines = lines
    self.currency = currency
  }

  /// The sum of the lines.
  package var total: Money { Money(minorUnits: sum { _ in true }, currency: currency) }

  /// The sum of the lines of a kind.
  package func sum(_ kind: LineKind) -> Int64 { sum { $0.kind == kind } }

  /// The sum of some lines.
  package func sum(_ isWanted: (Line) -> Bool) -> Int64 {
    lines.reduce(0) { isWanted($1) ? $0 &+ $1.minorUnits : $0 }
  }

  /// One line of a fare.
  package struct Line: Sendable, Hashable {
    /// What it is for: `base`, `distance`, `time`, `minimum`, `surge`, or a name that the tariff gives.
    package var name: String
    package var minorUnits: Int64
    /// Whose money it is.
    package var kind: LineKind
    /// The field of the tariff that says so, for example `meter.unit`; empty where that is not known any more.
    package var rule: String
    /// What went into it, in the order in which it is told.
    package var inputs: [Input]

    package init(
      name: String, minorUnits: Int64, kind: LineKind = .fare, rule: String = "", inputs: [Input] = []
    ) {
      self.name = name
      self.minorUnits = minorUnits
      self.kind = kind
      self.rule = rule
      self.inputs = inputs
    }
  }

  /// Something that went into a line.
  package struct Input: Sendable, Hashable {
    package var name: String
    package var value: String

    package init(_ name: String, _ value: some CustomStringConvertible) {
      self.name = name
      self.value = value.description
    }
  }
}

/// Whose money a line of a fare is.
package enum LineKind: String, Sendable, Hashable, CaseIterable {
  /// Shared by driver and platform.
  case fare
  /// The platform's.
  case fee
  /// An authority's.
  case tax
  /// Whoever runs the road's, laid out by the driver.
  case toll
  /// The driver's.
  case tip
  /// Paid by the platform in the rider's stead; negative.
  case promotion
}

extension FareBreakdown.Line {
  /// Kind, rule and inputs as one text, as stores keep them.
  package var detail: String {
    ([kind.rawValue, rule] + inputs.map { "\($0.name)=\($0.value)" }).joined(separator: "|")
  }

  /// A line with what `detail` told.
  package init(name: String, minorUnits: Int64, detail: String?) {
    let parts = (detail ?? "").split(separator: "|", omittingEmptySubsequences: false)
    self.init(
      name: name, minorUnits: minorUnits, kind: parts.first.flatMap { LineKind(rawValue: String($0)) } ?? .fare,
      rule: parts.count > 1 ? String(parts[1]) : "",
      inputs: parts.dropFirst(2).compactMap { part in
        guard let equals = part.firstIndex(of: "=") else { return nil }
        return FareBreakdown.Input(String(part[..<equals]), String(part[part.index(after: equals)...]))
      })
  }
}
