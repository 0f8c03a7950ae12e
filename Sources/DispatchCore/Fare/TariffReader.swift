/// Reads the fields of a tariff one after another and notices those that nobody asked for.
struct TariffReader {
  private let values: [String: String]
  private let order: [String]
  private var used: Set<String> = []
  var currency = Currency.usd

  init(_ document: TariffDocument) throws(TariffError) {
    values = Dictionary(document.fields.map { ($0.path, $0.value) }, uniquingKeysWith: { first, _ in first })
    order = document.fields.map(\.path)
    guard values.count == order.count else { throw TariffError("a field", "is there twice") }
    for field in document.fields where field.value.contains("\n") || field.path.contains("\n") {
      throw TariffError(field.path, "has more than one line")
    }
  }

  /// - Throws: where a field was not read by anyone.
  func finish() throws(TariffError) {
    if let unknown = order.first(where: { !used.contains($0) }) {
      throw TariffError(unknown, "is no field of a tariff, or not at this place")
    }
  }

  func has(_ path: String) -> Bool {
    values[path] != nil || order.contains { $0.hasPrefix(path + ".") }
  }

  /// How many elements a list has.
  func count(_ path: String) -> Int {
    var count = 0
    while has("\(path).\(count)") { count += 1 }
    return count
  }

  /// The paths of a list's elements.
  func elements(_ path: String, atMost limit: Int = 500) throws(TariffError) -> [String] {
    let count = count(path)
    if count > limit { throw TariffError(path, "has more than \(limit) elements") }
    return (0..<count).map { "\(path).\($0)" }
  }

  mutating func optional(_ path: String) -> String? {
    used.insert(path)
    return values[path]
  }

  mutating func value<T>(_ path: String, _ what: String, _ read: (String) -> T?) throws(TariffError) -> T {
    guard let text = optional(path) else { throw TariffError(path, "is missing") }
    guard let value = read(text) else { throw TariffError(path, "must be \(what), found \(text)") }
    return value
  }

  mutating func value<T>(
    _ path: String, default value: T, _ what: String, _ read: (String) -> T?
  ) throws(TariffError) -> T {
    values[path] == nil ? value : try self.value(path, what, read)
  }

  mutating func id<Kind>(_ path: String) throws(TariffError) -> EntityID<Kind> {
    try value(path, "1 to 64 characters of A-Z a-z 0-9 . _ : -") { EntityID<Kind>($0) }
  }

  /// A name of a line, area or code.
  mutating func name(_ path: String) throws(TariffError) -> String {
    let id: EntityID<TariffKind> = try id(path)
    return id.text
  }

  mutating func names(_ path: String) throws(TariffError) -> [String] {
    var names: [String] = []
    for element in try elements(path) { names.append(try name(element)) }
    return names
  }

  /// A number that is not negative.
  mutating func decimal(_ path: String) throws(TariffError) -> FixedDecimal {
    try value(path, "a number of at most six places, not negative") {
      FixedDecimal($0).flatMap { $0.millionths >= 0 ? $0 : nil }
    }
  }

  /// An amount in major units, as whole minor units.
  mutating func amount(_ path: String) throws(TariffError) -> Int64 {
    let number = try decimal(path)
    let (product, overflow) = number.millionths.multipliedReportingOverflow(by: currency.minorUnitsPerUnit)
    guard !overflow, product % 1_000_000 == 0, product / 1_000_000 <= 1_000_000_000_000 else {
      throw TariffError(path, "must be whole minor units of \(currency), at most 10^12")
    }
    return product / 1_000_000
  }

  mutating func amount(_ path: String, default value: Int64) throws(TariffError) -> Int64 {
    has(path) ? try amount(path) : value
  }

  /// A rate per unit: up to a million.
  mutating func rate(_ path: String) throws(TariffError) -> FixedDecimal {
    let rate = try decimal(path)
    guard rate.millionths <= 1_000_000_000_000 else { throw TariffError(path, "must be at most 1,000,000") }
    return rate
  }

  /// A percentage as hundredths of a percent, 0 to 100 %.
  mutating func basisPoints(_ path: String, default value: Int64? = nil) throws(TariffError) -> Int64 {
    if let value, !has(path) { return value }
    let percent = try decimal(path)
    guard percent.millionths <= 100_000_000, percent.millionths % 10_000 == 0 else {
      throw TariffError(path, "must be a percentage from 0 to 100 of at most two places")
    }
    return percent.millionths / 10_000
  }

  /// A percentage, 0 to 100 %.
  mutating func percent(_ path: String) throws(TariffError) -> FixedDecimal {
    let percent = try decimal(path)
    guard percent.millionths <= 100_000_000 else { throw TariffError(path, "must be a percentage from 0 to 100") }
    return percent
  }

  mutating func whole(_ path: String, default value: Int64, in range: ClosedRange<Int64>) throws(TariffError) -> Int64 {
    try self.value(path, default: value, "a whole number from \(range.lowerBound) to \(range.upperBound)") {
      Int64($0).flatMap { range.contains($0) ? $0 : nil }
    }
  }

  mutating func moment(_ path: String, _ zone: CivilTimeZone) throws(TariffError) -> Timestamp {
    zone.moment(try value(path, "a local date or time such as 2022-12-19 or 2022-12-19T04:00") { LocalMoment($0) })
  }

  mutating func validity(_ path: String, _ zone: CivilTimeZone) throws(TariffError) -> Validity {
    Validity(
      from: has("\(path).validFrom") ? try moment("\(path).validFrom", zone) : nil,
      until: has("\(path).validUntil") ? try moment("\(path).validUntil", zone) : nil)
  }

  /// A distance with its unit, in micrometres.
  mutating func distance(_ path: String, default value: Int64? = nil) throws(TariffError) -> Int64 {
    if let value, !has(path) { return value }
    return try self.value(path, "a distance such as 0.2 mi, 1 km or 300 m") { FareUnits.micrometers($0) }
  }

  /// A time with its unit, in milliseconds.
  mutating func duration(_ path: String, default value: Int64? = nil) throws(TariffError) -> Int64 {
    if let value, !has(path) { return value }
    return try self.value(path, "a time such as 60 s, 5 min or 1 h") { FareUnits.milliseconds($0) }
  }

  mutating func speed(_ path: String, default value: Int64? = nil) throws(TariffError) -> Int64 {
    if let value, !has(path) { return value }
    return try self.value(path, "a speed such as 12 mph or 20 km/h") { FareUnits.micrometersPerSecond($0) }
  }
}
