import CAllocations
import FunctionKit
import Glibc
import Testing

@testable import TriggerRuntime

/// Guards what an event costs by counting allocations, which do not depend on how fast the machine is.
@Suite(.timeLimit(.minutes(8)))
struct AllocationTests {
  /// What one event on its way to a function and back may allocate, in a build without optimisation; with it, nothing.
  #if DEBUG
    private static let budget: UInt = 4
  #else
    private static let budget: UInt = 0
  #endif

  private struct Nothing: Function {
    static var isBrief: Bool { true }

    init(_ setup: FunctionSetup) throws {}

    func handle(_ event: Event, _ context: Context) async throws -> Response { .noContent }
  }

  @Test func anEventInTheProcessAllocatesNothing() async throws {
    var harness = Harness(Harness.httpFunction())
    harness.usesHTTP = false
    let runtime = try harness.makeRuntime { try Nothing($0) }
    try await runtime.prepare()
    let event = Event(id: "1", source: "/t", type: "t", body: [1, 2, 3])
    var least = UInt.max
    for _ in 0..<200 {
      let (before, thread) = (thread_allocation_count(), pthread_self())
      _ = try await runtime.invoke(function: "echo", event)
      // What went to another thread and back cannot be counted by the thread.
      if pthread_self() == thread { least = min(least, thread_allocation_count() - before) }
    }
    try #require(least < .max, "no event stayed on its thread")
    #expect(least <= Self.budget)
  }
}
