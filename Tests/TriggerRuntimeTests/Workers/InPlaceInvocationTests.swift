import FunctionKit
import Testing

@testable import TriggerRuntime

/// Invocations that run as a child of their caller's task.
@Suite(.timeLimit(.minutes(8)))
struct InPlaceInvocationTests {
  private func runtime(
    timeout: String = "20s", workers: Int = 1, _ function: @escaping @Sendable (Event, Context) async throws -> Response
  ) async throws -> TriggerRuntime {
    var harness = Harness(
      Harness.httpFunction(timeout: timeout).replacing("numWorkers: 8", with: "numWorkers: \(workers)"))
    harness.usesHTTP = false
    let runtime = try harness.makeRuntime(function)
    try await runtime.prepare()
    return runtime
  }

  private let event = Event(id: "1", source: "/s", type: "t")

  @Test func theDeadlineCancelsTheInvocationAndNotItsCaller() async throws {
    let runtime = try await runtime(timeout: "20ms") { event, _ in
      guard event.id == "slow" else { return .noContent }
      while !Task.isCancelled { await Task.yield() }
      return .noContent
    }
    var slow = event
    slow.id = "slow"
    for _ in 0..<3 {
      // Late answers do not count, though the function gave one.
      await #expect(throws: InvocationError.deadlineExceeded) { try await runtime.deliver(slow, to: "echo") }
      #expect(!Task.isCancelled)
      // The place is free again, however long a busy machine takes.
      while (try? await runtime.deliver(event, to: "echo")) == nil { await Task.yield() }
    }
  }

  @Test func theCallersCancellationReachesTheInvocation() async throws {
    let began = Watched(false)
    let runtime = try await runtime { _, _ in
      began.change { $0 = true }
      while !Task.isCancelled { await Task.yield() }
      throw CancellationError()
    }
    let caller = Task { try await runtime.deliver(event, to: "echo") }
    await began.wait { $0 }
    caller.cancel()
    await #expect(throws: CancellationError.self) { try await caller.value }
  }

  @Test func whoFindsNoWorkerFreeWaitsAndIsServed() async throws {
    let running = Watched(0)
    let most = Watched(0)
    let runtime = try await runtime(workers: 2) { _, _ in
      running.change { $0 += 1 }
      most.change { $0 = max($0, running.value) }
      for _ in 0..<20 { await Task.yield() }
      running.change { $0 -= 1 }
      return .noContent
    }
    try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<50 { group.addTask { try await runtime.deliver(event, to: "echo").status } }
      for try await status in group { #expect(status == 204) }
    }
    #expect((1...2).contains(most.value))
    let status = try #require(runtime.triggerStatus().first { $0.trigger == "direct" })
    #expect(status.inFlight == 0 && status.waiting == 0)
  }

  @Test func failuresComeThrough() async throws {
    let runtime = try await runtime { _, _ in throw FunctionError(.conflict, code: "taken", "is taken") }
    let error = await #expect(throws: FunctionError.self) { try await runtime.deliver(event, to: "echo") }
    #expect(error?.code == "taken")
    await #expect(throws: InvocationError.unknownFunction) { try await runtime.deliver(event, to: "nobody") }
  }
}
