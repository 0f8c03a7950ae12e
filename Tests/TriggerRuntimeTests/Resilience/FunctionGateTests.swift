import FunctionKit
import Testing

@testable import TriggerRuntime

@Suite("Limits and breakers of a function", .timeLimit(.minutes(8)))
struct FunctionGateTests {
  private static func set(_ resilience: String) throws -> FunctionSet {
    var set = FunctionSet()
    set.configuration.resilience = try ResilienceReader.read(resilience, file: "r.yaml")
    return set
  }

  private static func event(_ id: String) -> CloudEventsMessage {
    CloudEventsMessage(Event(id: id, source: "/t", type: "com.example.tested.v1"), mode: .binary)
  }

  @Test("Over its limit a function answers 429 with Retry-After and is not ready; then it is again")
  func inFlight() async throws {
    let began = Watched(false)
    let mayEnd = Watched(false)
    var set = try Self.set("targets: {functions: {slow: {maxInFlight: 1}}}")
    set.add("slow") { _, _ in
      began.change { $0 = true }
      await mayEnd.wait { $0 }
      return .noContent
    }
    try await set.run { running in
      async let first = running.post(Self.event("1"))
      await began.wait { $0 }
      let second = try await running.post(Self.event("2"))
      #expect(second.status == 429 && second.text.contains("tooManyInFlight"), "\(second.text)")
      #expect(second.retryAfter != nil)
      #expect(await running.runtime.readiness().troubles.contains { $0.contains("slow") })
      mayEnd.change { $0 = true }
      #expect(try await first.status == 204)
      while await !running.runtime.readiness().isGood { await Task.yield() }
      #expect(try await running.post(Self.event("3")).status == 204)
    }
  }

  @Test("A function that keeps failing is not tried for a while; bad input does not count")
  func breaker() async throws {
    let tried = Watched(0)
    var set = try Self.set(
      "circuitBreakers: {b: {consecutiveFailures: 2, open: 1h}}\n"
        + "targets: {functions: {broken: {circuitBreaker: b}}}")
    set.add("broken") { event, _ in
      tried.change { $0 += 1 }
      if event.id.hasPrefix("bad") { throw FunctionError(.badInput, code: "bad", "bad") }
      throw FunctionError(.transient, code: "storeUnavailable", "gone")
    }
    try await set.run { running in
      #expect(try await running.post(Self.event("1")).status == 503)
      for index in 0..<3 { #expect(try await running.post(Self.event("bad\(index)")).status == 400) }
      #expect(try await running.post(Self.event("2")).status == 503)
      #expect(try await running.post(Self.event("3")).status == 503)
      #expect(tried.value == 6)
      let refused = try await running.post(Self.event("4"))
      #expect(refused.status == 503 && refused.text.contains("circuitOpen"), "\(refused.text)")
      #expect(refused.retryAfter != nil)
      #expect(tried.value == 6)
    }
  }

  @Test("A timeout of the file cancels what awaits, and the caller hears of it")
  func timeout() async throws {
    let cancelled = Watched(false)
    let began = Watched(false)
    var set = try Self.set("timeouts: {t: 30ms}\ntargets: {functions: {endless: {timeout: t}}}")
    set.add("endless") { _, _ in
      began.change { $0 = true }
      await withTaskCancellationHandler {
        try? await Task.sleep(for: .seconds(1_000))
      } onCancel: {
        cancelled.change { $0 = true }
      }
      return .noContent
    }
    try await set.run { running in
      let answer = try await running.post(Self.event("1"))
      #expect(answer.status == 504 && answer.text.contains("deadlineExceeded"), "\(answer.text)")
      if began.value { await cancelled.wait { $0 } }
    }
  }
}
