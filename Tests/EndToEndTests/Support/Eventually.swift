/// What was waited for did not come.
struct NeverCame: Error, CustomStringConvertible {
  var what: String
  var description: String { "never came: \(what)" }
}

/// Looks until there is something to see. The limit only ends a test that would hang: nothing is measured by it.
func eventually<Value>(
  _ what: String, within limit: Duration = .seconds(120), every pause: Duration = .milliseconds(50),
  _ look: () async throws -> Value?
) async throws -> Value {
  let end = ContinuousClock.now + limit
  while true {
    if let value = try await look() { return value }
    guard ContinuousClock.now < end else { throw NeverCame(what: what) }
    try await Task.sleep(for: pause)
  }
}
