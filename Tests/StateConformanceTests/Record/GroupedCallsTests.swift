import DispatchState
import Synchronization
import Testing

@testable import PostgresState

@Suite(.timeLimit(.minutes(2)))
struct GroupedCallsTests {
  /// Groups that wait until they are let go, so that a test decides who comes together.
  private final class Gate: Sendable {
    private struct State {
      var groups: [[Int]] = []
      var isOpen = false
      var waiting: [CheckedContinuation<Void, Never>] = []
      var arrivals: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    var groups: [[Int]] { state.withLock { $0.groups } }

    func pass(_ group: [Int]) async {
      await withCheckedContinuation { continuation in
        let (isOpen, arrived) = state.withLock { state in
          state.groups.append(group)
          let arrived = state.arrivals.filter { $0.count <= state.groups.count }
          state.arrivals.removeAll { $0.count <= state.groups.count }
          if !state.isOpen { state.waiting.append(continuation) }
          return (state.isOpen, arrived)
        }
        for arrival in arrived { arrival.continuation.resume() }
        if isOpen { continuation.resume() }
      }
    }

    func groupsArrived(_ count: Int) async {
      await withCheckedContinuation { continuation in
        let isThere = state.withLock { state in
          if state.groups.count >= count { return true }
          state.arrivals.append((count, continuation))
          return false
        }
        if isThere { continuation.resume() }
      }
    }

    func open() {
      let waiting = state.withLock { state in
        state.isOpen = true
        defer { state.waiting = [] }
        return state.waiting
      }
      for continuation in waiting { continuation.resume() }
    }
  }

  private func calls(
    _ gate: Gate, maxGroup: Int = 100, maxWaiting: Int = 4_096
  ) -> GroupedCalls<Int, Int> {
    GroupedCalls(maxGroup: maxGroup, maxUnderWay: 1, maxWaiting: maxWaiting) { items throws(StateError) in
      await gate.pass(items)
      if items.contains(-1) { throw StateError.unavailable("gone") }
      return items.map { $0 == 13 ? .failure(.riderBusy) : .success($0 * 10) }
    }
  }

  /// Starts a call and waits until it stands in the queue, behind one that is under way.
  private func start(_ item: Int, _ calls: GroupedCalls<Int, Int>, behind count: Int) async -> Task<Int, any Error> {
    let task = Task { try await calls.call(item) }
    while calls.waitingCount < count { await Task.yield() }
    return task
  }

  @Test func whoComesMeanwhileGoesTogetherAndGetsTheirOwnAnswer() async throws {
    let gate = Gate()
    let calls = calls(gate)
    let first = Task { try await calls.call(1) }
    await gate.groupsArrived(1)
    var others: [Task<Int, any Error>] = []
    for item in 2...14 { others.append(await start(item, calls, behind: item - 1)) }
    gate.open()
    #expect(try await first.value == 10)
    for (item, task) in zip(2...14, others) {
      if item == 13 {
        await #expect(throws: StateError.riderBusy) { try await task.value }
      } else {
        #expect(try await task.value == item * 10, "one that fails does not fail the others")
      }
    }
    #expect(gate.groups == [[1], Array(2...14)])
  }

  @Test func groupsAreBoundedAndSoIsTheQueue() async throws {
    let gate = Gate()
    let calls = calls(gate, maxGroup: 2, maxWaiting: 3)
    let first = Task { try await calls.call(1) }
    await gate.groupsArrived(1)
    var others: [Task<Int, any Error>] = []
    for item in 2...4 { others.append(await start(item, calls, behind: item - 1)) }
    await #expect(throws: StateError.self) { try await calls.call(5) }
    gate.open()
    _ = try await first.value
    for task in others { _ = try await task.value }
    #expect(gate.groups == [[1], [2, 3], [4]])
  }

  @Test func aGroupThatFailsAsAWholeFailsItsCallersOnly() async throws {
    let gate = Gate()
    let calls = calls(gate)
    let first = Task { try await calls.call(1) }
    await gate.groupsArrived(1)
    let second = await start(-1, calls, behind: 1)
    let third = await start(3, calls, behind: 2)
    gate.open()
    #expect(try await first.value == 10)
    await #expect(throws: StateError.unavailable("gone")) { try await second.value }
    await #expect(throws: StateError.unavailable("gone")) { try await third.value }
    #expect(try await calls.call(4) == 40, "what comes later is not concerned")
  }

  @Test func whoGivesUpWhileWaitingIsNotSent() async throws {
    let gate = Gate()
    let calls = calls(gate)
    let first = Task { try await calls.call(1) }
    await gate.groupsArrived(1)
    let second = await start(2, calls, behind: 1)
    let third = await start(3, calls, behind: 2)
    second.cancel()
    await #expect(throws: CancellationError.self) { try await second.value }
    gate.open()
    #expect(try await first.value == 10)
    #expect(try await third.value == 30)
    #expect(gate.groups == [[1], [3]])
  }
}
