import FunctionKit
import Testing

@testable import TriggerRuntime

/// What a trigger may say about delivery, and where it stands in errors.
struct DeliveryReaderTests {
  private func read(_ trigger: String, more: String = "") throws -> FunctionSpecification {
    try SpecificationReader(environment: [:]).read(
      """
      metadata: {name: settle}
      spec:
        handler: Settle
        triggers:
          rides:
            kind: redis-stream
            \(trigger)
      \(more)
      """, file: "settle.yaml")
  }

  @Test func defaults() throws {
    let delivery = try #require(try read("disabled: false").triggers["rides"]?.delivery)
    #expect(delivery == DeliverySpecification())
    #expect(RetryPolicy.builtIn["default"]?.maxAttempts == 5)
    #expect(delivery.hasDeadLetters)
  }

  @Test func everyField() throws {
    let function = try read(
      """
      delivery: effectivelyOnce
            deduplicationSeconds: 3600
            retry: slow
            maxAttempts: 7
            deadLetter: false
      """,
      more: """
          retries:
            slow: {policy: constant, duration: 2s, maxAttempts: 3}
        """)
    #expect(
      function.retries == [
        "slow": RetryPolicy(.constant, delay: .seconds(2), longestDelay: .seconds(10), maxAttempts: 3)
      ])
    var expected = DeliverySpecification()
    expected.guarantee = .effectivelyOnce
    expected.deduplication = .seconds(3_600)
    expected.retry = .named("slow")
    expected.maxAttempts = 7
    expected.hasDeadLetters = false
    #expect(function.triggers["rides"]?.delivery == expected)
  }

  @Test func aPolicyOfItsOwn() throws {
    let function = try read("retry: {policy: exponential, duration: 50ms, maxInterval: 1m}")
    #expect(
      function.triggers["rides"]?.delivery.retry
        == .own(RetryPolicy(delay: .milliseconds(50), longestDelay: .seconds(60), maxAttempts: 5)))
  }

  @Test(arguments: [
    ("delivery: exactlyOnce", "settle.yaml:7:17: spec.triggers.rides.delivery: unknown guarantee exactlyOnce"),
    ("delivery: atleastonce", "did you mean atLeastOnce?"),
    ("deduplicationSeconds: 0", "from 1 to"), ("deduplicationSeconds: 9", "effectivelyOnce only"),
    ("retry: {policy: linear}", "expected constant or exponential"),
    ("retry: {delay: 1s}", "unknown field"), ("maxAttempts: many", "whole number"),
    ("deadLetter: maybe", "true or false"), ("deadLeter: true", "did you mean deadLetter?"),
    ("retry: {duration: 1m, maxInterval: 1s}", "must not be shorter"),
    ("delivery: atMostOnce\n      maxAttempts: 3", "settle.yaml:8:20: spec.triggers.rides.maxAttempts: has no meaning"),
  ])
  func faults(trigger: String, message: String) throws {
    let error = #expect(throws: SpecificationError.self) { try read(trigger) }
    #expect(error?.description.contains(message) == true, "\(String(describing: error))")
  }

  /// A kind that nobody knows is an error when the file is read, not a warning that is read past.
  @Test(arguments: [
    ("kafka-cluster", "unknown kind kafka-cluster; expected one of cron, file, http"), ("crno", "did you mean cron?"),
    ("redis-streams", "did you mean redis-stream?"), ("simulater", "did you mean simulator?"),
  ])
  func unknownTriggerKindsAreErrors(kind: String, message: String) throws {
    let yaml = "metadata: {name: x}\nspec:\n  handler: X\n  triggers:\n    t: {kind: \(kind)}"
    let error = #expect(throws: SpecificationError.self) {
      try SpecificationReader(environment: [:]).read(yaml, file: "x.yaml")
    }
    #expect(error?.description.hasPrefix("x.yaml:5:15: spec.triggers.t.kind: ") == true)
    #expect(error?.description.contains(message) == true, "\(String(describing: error))")
  }

  @Test func waitsGrowAndAreScattered() {
    let policy = RetryPolicy(delay: .milliseconds(100), longestDelay: .seconds(1))
    for (failures, most) in [(1, 100), (2, 200), (3, 400), (4, 800), (5, 1_000), (60, 1_000)] {
      for _ in 0..<50 {
        let wait = policy.wait(afterFailures: failures)
        #expect(wait >= .milliseconds(most / 2) && wait <= .milliseconds(most))
      }
    }
    let constant = RetryPolicy(.constant, delay: .seconds(1))
    #expect(constant.wait(afterFailures: 9) <= .seconds(1))
    #expect(RetryPolicy(delay: .zero).wait(afterFailures: 3) == .zero)
  }
}
