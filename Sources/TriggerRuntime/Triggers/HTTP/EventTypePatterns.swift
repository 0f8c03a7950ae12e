/// Which types of events a function takes.
struct EventTypePatterns: Sendable, Equatable {
  private var exact: Set<String> = []
  private var prefixes: [String] = []

  /// Reads patterns: a type, a type's beginning followed by `*`, or `*` for all.
  /// - Returns: nil where there are none, or one is empty or has a `*` in another place.
  init?(_ patterns: [String]) {
    guard !patterns.isEmpty else { return nil }
    for pattern in patterns {
      guard !pattern.isEmpty, !pattern.dropLast().contains("*") else { return nil }
      if pattern.hasSuffix("*") { prefixes.append(String(pattern.dropLast())) } else { exact.insert(pattern) }
    }
  }

  /// Whether a type is among them.
  func contains(_ type: String) -> Bool {
    exact.contains(type) || prefixes.contains { type.hasPrefix($0) }
  }

  /// The patterns as they were written, in alphabetical order.
  var texts: [String] { (exact + prefixes.map { $0 + "*" }).sorted() }
}
