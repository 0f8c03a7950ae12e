import FunctionKit
import Yams

/// Reads a resilience.yaml: `timeouts`, `retries` and `circuitBreakers` by name, and the `targets` that they hold for.
///
/// Every field is known or an error, with its line, column and what was expected.
public enum ResilienceReader {
  /// Reads a configuration.
  /// - Parameters:
  ///   - yaml: the text.
  ///   - file: how errors name the file.
  /// - Throws: `SpecificationError` with every fault found.
  public static func read(_ yaml: String, file: String) throws(SpecificationError) -> ResilienceConfiguration {
    let issues = SpecificationCursor.Issues()
    let root: Node?
    do {
      root = try Yams.compose(yaml: yaml)
    } catch {
      throw SpecificationError(file: file, issues: [SpecificationReader.issue(of: error)])
    }
    // A file that says nothing changes nothing.
    guard let root else { return ResilienceConfiguration() }
    let configuration = document(SpecificationCursor(path: "", node: root, issues: issues), file)
    guard issues.found.isEmpty else { throw SpecificationError(file: file, issues: issues.found) }
    return configuration
  }

  private static func document(_ root: SpecificationCursor, _ file: String) -> ResilienceConfiguration {
    let fields = root.fields(["timeouts", "retries", "circuitBreakers", "targets"])
    var configuration = ResilienceConfiguration()
    var timeouts: [String: Duration] = [:]
    for (name, cursor) in fields["timeouts"]?.entries() ?? [] { timeouts[name] = positive(cursor) ?? .seconds(1) }
    for (name, cursor) in fields["retries"]?.entries() ?? [] {
      configuration.retries[name] = DeliveryReader.policy(cursor) ?? RetryPolicy()
    }
    var breakers: [String: CircuitBreakerPolicy] = [:]
    for (name, cursor) in fields["circuitBreakers"]?.entries() ?? [] { breakers[name] = breaker(cursor) }
    let targets = fields["targets"]?.fields(["functions", "bindings"]) ?? [:]
    let retries = Array(configuration.retries.keys) + RetryPolicy.builtIn.keys
    for (name, cursor) in targets["functions"]?.entries() ?? [] {
      let fields = cursor.fields(["timeout", "retry", "circuitBreaker", "maxInFlight"])
      var target = ResilienceConfiguration.FunctionTarget()
      target.timeout = fields["timeout"].flatMap { timeout($0, timeouts) }
      if let field = fields["retry"], let text = field.name() {
        if retries.contains(text) {
          target.retry = text
        } else {
          field.report("unknown retry policy \(text); \(Suggestion.sentence(for: text, in: retries))")
        }
      }
      target.circuitBreaker = fields["circuitBreaker"].flatMap { named($0, breakers) }
      target.maxInFlight = fields["maxInFlight"]?.integer(in: 1...1_000_000)
      configuration.functions[name] = target
      configuration.places.functions[name] = prefix(file, cursor)
    }
    for (name, cursor) in targets["bindings"]?.entries() ?? [] {
      let fields = cursor.fields(["timeout", "circuitBreaker"])
      var target = ResilienceConfiguration.BindingTarget()
      target.timeout = fields["timeout"].flatMap { timeout($0, timeouts) }
      target.circuitBreaker = fields["circuitBreaker"].flatMap { named($0, breakers) }
      configuration.bindings[name] = target
      configuration.places.bindings[name] = prefix(file, cursor)
    }
    return configuration
  }

  private static func breaker(_ cursor: SpecificationCursor) -> CircuitBreakerPolicy {
    let fields = cursor.fields(["consecutiveFailures", "open", "halfOpenProbes"])
    var policy = CircuitBreakerPolicy()
    policy.consecutiveFailures = fields["consecutiveFailures"]?.integer(in: 1...1_000_000) ?? policy.consecutiveFailures
    policy.openDuration = fields["open"].flatMap(positive) ?? policy.openDuration
    policy.halfOpenProbes = fields["halfOpenProbes"]?.integer(in: 1...1_000) ?? policy.halfOpenProbes
    return policy
  }

  private static func positive(_ cursor: SpecificationCursor) -> Duration? {
    guard let duration = cursor.duration() else { return nil }
    guard duration > .zero else {
      cursor.report("must be above zero")
      return nil
    }
    return duration
  }

  /// A named timeout, or one that is written out.
  private static func timeout(_ cursor: SpecificationCursor, _ known: [String: Duration]) -> Duration? {
    guard let text = cursor.name() else { return nil }
    if let duration = known[text] { return duration }
    if let duration = DurationText.parse(text), duration > .zero { return duration }
    cursor.report("unknown timeout \(text); \(Suggestion.sentence(for: text, in: known.keys))")
    return nil
  }

  private static func named(
    _ cursor: SpecificationCursor, _ known: [String: CircuitBreakerPolicy]
  ) -> CircuitBreakerPolicy? {
    guard let text = cursor.name() else { return nil }
    if let policy = known[text] { return policy }
    cursor.report("unknown circuit breaker \(text); \(Suggestion.sentence(for: text, in: known.keys))")
    return nil
  }

  private static func prefix(_ file: String, _ cursor: SpecificationCursor) -> String {
    "\(file):\(cursor.place.line):\(cursor.place.column): "
  }
}
