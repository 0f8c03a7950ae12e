import FunctionKit
import Testing

@testable import TriggerRuntime

@Suite("Resilience from a file")
struct ResilienceReaderTests {
  private static let whole = """
    timeouts: {short: 2s}
    retries:
      gentle: {policy: constant, duration: 3s, maxAttempts: 7}
    circuitBreakers:
      store: {consecutiveFailures: 4, open: 30s, halfOpenProbes: 2}
    targets:
      functions:
        echo: {timeout: short, retry: gentle, circuitBreaker: store, maxInFlight: 12}
        other: {timeout: 750ms}
      bindings:
        redis: {timeout: short, circuitBreaker: store}
    """

  @Test("A whole file")
  func wholeFile() throws {
    let configuration = try ResilienceReader.read(Self.whole, file: "r.yaml")
    let echo = try #require(configuration.functions["echo"])
    #expect(echo.timeout == .seconds(2) && echo.retry == "gentle" && echo.maxInFlight == 12)
    #expect(
      echo.circuitBreaker
        == CircuitBreakerPolicy(consecutiveFailures: 4, openDuration: .seconds(30), halfOpenProbes: 2))
    #expect(configuration.functions["other"]?.timeout == .milliseconds(750))
    #expect(configuration.bindings["redis"]?.timeout == .seconds(2))
    #expect(configuration.retries["gentle"]?.maxAttempts == 7)
    #expect(try ResilienceReader.read("", file: "r.yaml") == ResilienceConfiguration())
  }

  @Test(
    "Every fault is told with file and line",
    arguments: [
      ("timeout: {short: 2s}", "r.yaml:1:1", "did you mean timeouts?"),
      ("timeouts: {short: 0s}", "r.yaml:1:", "must be above zero"),
      ("timeouts: {short: soon}", "r.yaml:1:", "expected a duration"),
      ("circuitBreakers:\n  a: {consecutiveFailures: 0}", "r.yaml:2:", "expected a whole number from 1"),
      ("circuitBreakers:\n  a: {halfopenProbes: 1}", "r.yaml:2:", "did you mean halfOpenProbes?"),
      (
        "circuitBreakers: {store: {}}\ntargets:\n  bindings:\n    redis: {circuitBreaker: stores}", "r.yaml:4:",
        "did you mean store?"
      ),
      ("targets:\n  functions:\n    echo: {retry: patiemt}", "r.yaml:3:", "did you mean patient?"),
      ("targets:\n  functions:\n    echo: {timeout: longish}", "r.yaml:3:", "unknown timeout longish"),
      ("targets: {function: {}}", "r.yaml:1:", "did you mean functions?"),
      ("timeouts: {", "r.yaml:", "not YAML"),
    ])
  func faults(yaml: String, place: String, message: String) {
    let error = #expect(throws: SpecificationError.self) { try ResilienceReader.read(yaml, file: "r.yaml") }
    let text = error.map { "\($0)" } ?? ""
    #expect(text.contains(place) && text.contains(message), "\(text)")
  }

  @Test("A function or binding that is not there is an error with file and line")
  func unknownTargets() throws {
    let configuration = try ResilienceReader.read(Self.whole, file: "r.yaml")
    var specifications = [FunctionSpecification(name: "echo", handler: "Test")]
    let error = #expect(throws: SetupError.self) { try configuration.apply(to: &specifications) }
    #expect(error.map { "\($0)" }?.contains("r.yaml:9:") == true, "\(String(describing: error))")
    #expect(throws: SetupError.self) { try configuration.check(bindingClasses: ["postgres"]) }
    #expect(throws: Never.self) { try configuration.check(bindingClasses: ["postgres", "redis"]) }
  }

  @Test("What holds for a function takes the place of what its function.yaml says; a retry only where it names none")
  func applied() throws {
    let yaml = """
      kind: NuclioFunction
      metadata: {name: echo}
      spec:
        handler: Test
        triggers:
          plain: {kind: simulator}
          own: {kind: simulator, retry: patient}
      """
    var specifications = [
      try SpecificationReader(environment: [:]).read(yaml, file: "f.yaml"),
      FunctionSpecification(name: "other", handler: "Test"),
    ]
    try ResilienceReader.read(Self.whole, file: "r.yaml").apply(to: &specifications)
    #expect(specifications[0].eventTimeout == .seconds(2))
    #expect(specifications[0].triggers["plain"]?.delivery.retry == .named("gentle"))
    #expect(specifications[0].triggers["own"]?.delivery.retry == .named("patient"))
  }
}
