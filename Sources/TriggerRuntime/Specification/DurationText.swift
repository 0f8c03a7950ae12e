/// Durations as function.yaml writes them: `20s`, `500ms`, `1m30s`, `1.5h`.
enum DurationText {
  private static let attosecondsPerNanosecond: Int64 = 1_000_000_000

  private static let units: [(name: String, nanoseconds: Double)] = [
    ("ns", 1), ("us", 1e3), ("µs", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 60e9), ("h", 3_600e9),
  ]

  /// Reads a duration.
  /// - Parameter text: numbers with a unit each, largest first by custom; `0` needs none.
  /// - Returns: the duration, or nil where the text is none or above 10,000 hours.
  static func parse(_ text: String) -> Duration? {
    if text == "0" { return .zero }
    var rest = Substring(text)
    guard !rest.isEmpty else { return nil }
    var nanoseconds = 0.0
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
      guard !digits.isEmpty, let value = Double(digits) else { return nil }
      rest = rest.dropFirst(digits.count)
      let name = rest.prefix { $0.isLetter }
      guard let unit = units.first(where: { $0.name == name }) else { return nil }
      rest = rest.dropFirst(name.count)
      nanoseconds += value * unit.nanoseconds
    }
    guard nanoseconds <= 10_000 * 3_600e9, let whole = Int64(exactly: nanoseconds.rounded()) else { return nil }
    return .nanoseconds(whole)
  }
}
